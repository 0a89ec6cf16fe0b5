using Bundle.Faults;
using Bundle.IO;
using Bundle.Parts;

namespace Bundle.Verify;

/// <summary>Checks one part of a split package alone, while the others may still be on their way.</summary>
public static class PartVerifier
{
    /// <summary>Checks a part against its package's list.</summary>
    /// <exception cref="BundleException">The path is no part's, or the list or the part cannot be read.</exception>
    public static PartReport Run(string path, IProgressSink progress, CancellationToken cancellation)
    {
        if (PartNames.PackageOfPart(path) is not var (_, number) || SplitPackage.Find(path) is not { } package)
        {
            throw new Fault(FaultId.Io, $"{path} is no part of a split package")
            {
                Entry = path,
                Hint = "name a part, such as patch.tar.zst.001, that has its .parts file beside it",
            }.ToException();
        }

        if (number > package.List.Parts.Count)
        {
            throw new Fault(FaultId.Io, $"{path} is none of the {package.List.Parts.Count} parts of the package") { Entry = path, Hint = "it may be left of an earlier package" }.ToException();
        }

        var part = package.List.Parts[number - 1];
        progress.Start("verifying", part.Size);
        RegularFile.Require(path);
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        var whole = length == part.Size && FileCopy.Digest(file, progress.Advance, cancellation) == part.Digest;
        return new PartReport(path, number, package.List.Parts.Count, length, part, whole);
    }
}

/// <summary>What a check of one part found.</summary>
/// <param name="Number">From 1 on, of <paramref name="Count"/>.</param>
/// <param name="Size">The bytes that are there.</param>
/// <param name="Stated">What the list says of it.</param>
public sealed record PartReport(string Name, int Number, int Count, long Size, PackagePart Stated, bool IsWhole);
