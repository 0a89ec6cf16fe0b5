using Bundle.Faults;

namespace Bundle.Vectors;

/// <summary>A package file with exactly one fault, or with none.</summary>
/// <param name="Musts">The ids of the spec that it exercises.</param>
/// <param name="Fault">What a reader of this project reports, among others; null where the package is whole.</param>
internal sealed record Vector(string Name, byte[] Bytes, string[] Musts, FaultId? Fault, string Note)
{
    /// <summary>The parts of a split package by their names; empty for a package in one file. Then <see cref="Bytes"/> is the list.</summary>
    public IReadOnlyDictionary<string, byte[]> Parts { get; init; } = new Dictionary<string, byte[]>(StringComparer.Ordinal);

    public bool IsSplit => Parts.Count > 0;

    public string File => Name + (IsSplit ? ".tar.zst.parts" : ".tar.zst");

    public bool IsValid => Fault is null;
}
