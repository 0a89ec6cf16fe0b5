using Bundle.Faults;
using Bundle.IO;

namespace Bundle.Parts;

/// <summary>A split package on disk: its list, and where its parts lie.</summary>
/// <param name="Path">The package's path, which its files' names begin with; nothing needs to be there.</param>
public sealed record SplitPackage(string Path, PartsList List)
{
    /// <summary>A part's path; the first one is number 0.</summary>
    public string PathOf(int part) => PartNames.Of(Path, part + 1);

    /// <summary>Finds the split package that a path means: its list, any of its parts, or its name where no file has that; null where it means none.</summary>
    /// <exception cref="BundleException">There is one, but its list is missing or broken.</exception>
    public static SplitPackage? Find(string path)
    {
        if (PartNames.PackageOfList(path) is { } ofList && File.Exists(path))
        {
            return Open(ofList);
        }

        if (PartNames.PackageOfPart(path) is { } ofPart)
        {
            return File.Exists(PartNames.ListOf(ofPart.Package)) ? Open(ofPart.Package) : File.Exists(path) && HasNeighbour(ofPart) ? throw NoList(ofPart.Package) : null;
        }

        return File.Exists(path) ? null
            : File.Exists(PartNames.ListOf(path)) ? Open(path)
            : File.Exists(PartNames.Of(path, 1)) ? throw NoList(path) : null;
    }

    private static SplitPackage Open(string package)
    {
        var name = PartNames.ListOf(package);
        RegularFile.Require(name);
        using var file = File.OpenHandle(name);
        var length = RandomAccess.GetLength(file);
        if (length > Limits.PartsList)
        {
            throw PartsListFormat.Invalid(name, "is too long [PART-3]").ToException();
        }

        var bytes = new byte[length];
        var read = FileCopy.ReadFully(file, bytes, 0);
        return new SplitPackage(package, PartsListFormat.Read(bytes.AsSpan(0, read), name));
    }

    private static bool HasNeighbour((string Package, int Number) part) =>
        File.Exists(PartNames.Of(part.Package, part.Number == 1 ? 2 : 1));

    private static BundleException NoList(string package) => new Fault(FaultId.PartMissing, $"{PartNames.ListOf(package)}, which lists the parts, is missing")
    {
        Entry = PartNames.ListOf(package),
        Hint = $"transfer it too, or read the joined parts: cat {package}.[0-9][0-9][0-9] | bundle verify -",
    }.ToException();
}
