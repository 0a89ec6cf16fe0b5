using Bundle.Faults;

namespace Bundle.Vectors;

/// <summary>A package file with exactly one fault, or with none.</summary>
/// <param name="Musts">The ids of the spec that it exercises.</param>
/// <param name="Fault">What a reader of this project reports, among others; null where the package is whole.</param>
internal sealed record Vector(string Name, byte[] Bytes, string[] Musts, FaultId? Fault, string Note)
{
    public string File => Name + ".tar.zst";

    public bool IsValid => Fault is null;
}
