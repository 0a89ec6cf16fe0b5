using Bundle.Faults;

namespace Bundle.Access;

/// <summary>Bytes of a package that are known not to be there, and how to say so.</summary>
public readonly record struct SourceGap(ByteRange Range, Fault Fault);
