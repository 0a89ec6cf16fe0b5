using System.Runtime.InteropServices;

namespace Bundle.Access;

/// <summary>Some bytes of a package, from an offset on.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>The first byte behind it.</summary>
    public long End => Offset + Length;

    /// <summary>Whether both have a byte in common.</summary>
    public bool Overlaps(ByteRange other) => Offset < other.End && other.Offset < End;
}
