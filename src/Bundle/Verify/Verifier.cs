using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Parts;
using Bundle.Reading;

namespace Bundle.Verify;

/// <summary>Checks packages against the whole of the spec (section 9) and reports all damage.</summary>
public static class Verifier
{
    /// <summary>Checks a package. Damage is in the report, never thrown.</summary>
    /// <exception cref="BundleException">The input cannot be read at all.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static VerifyReport Run(PackageInput input, int threads, IProgressSink progress, CancellationToken cancellation)
    {
        using var file = PackageFile.Open(input, tolerant: true);
        return Run(file, threads, progress, cancellation);
    }

    /// <summary>Checks an opened package.</summary>
    internal static VerifyReport Run(PackageFile file, int threads, IProgressSink progress, CancellationToken cancellation)
    {
        progress.Start("verifying", file.Length);
        var parts = file.Source as PartedSource;
        var hasher = parts?.Hash();
        var report = new PackageScan(file, threads, progress, cancellation).Run();
        return parts is null ? report : PartFaults.AddTo(report, parts, hasher!.Finish(cancellation));
    }
}

/// <summary>What a check found.</summary>
/// <param name="Size">The package's bytes.</param>
/// <param name="BundleDigest">Null where the index cannot be read.</param>
/// <param name="Index">Null where it cannot be read: then every image is affected.</param>
/// <param name="Faults">In the order of their places; empty where the package is whole.</param>
public sealed record VerifyReport(string Name, long Size, Digest? BundleDigest, BundleIndex? Index, IReadOnlyList<Fault> Faults)
{
    /// <summary>Whether every byte is as it must be.</summary>
    public bool IsWhole => Faults.Count == 0;

    /// <summary>The references of all images that any fault hits, ordinal order.</summary>
    public IReadOnlyList<string> AffectedImages =>
        [.. Faults.SelectMany(fault => fault.Images).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
