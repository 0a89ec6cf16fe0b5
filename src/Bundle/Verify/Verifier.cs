using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Keys;
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
    public static VerifyReport Run(PackageInput input, int threads, IProgressSink progress, CancellationToken cancellation) =>
        Run(new VerifyOptions { Input = input, Threads = threads }, progress, cancellation);

    /// <summary>Checks a package. Damage, and signatures that do not make it trusted, are in the report, never thrown.</summary>
    /// <exception cref="BundleException">The input cannot be read at all.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static VerifyReport Run(VerifyOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var file = PackageFile.Open(options.Input, tolerant: true);
        return Run(file, options, progress, cancellation);
    }

    /// <summary>Checks an opened package.</summary>
    internal static VerifyReport Run(PackageFile file, int threads, IProgressSink progress, CancellationToken cancellation) =>
        Run(file, new VerifyOptions { Input = PackageInput.File(file.Name), Threads = threads }, progress, cancellation);

    private static VerifyReport Run(PackageFile file, VerifyOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        progress.Start("verifying", file.Length);
        var parts = file.Source as PartedSource;
        var hasher = parts?.Hash();
        using var hash = options.HashPackage && file.Gaps.Count == 0 ? new PackageHash() : null;
        var scan = new PackageScan(file, options.Threads, hash, progress, cancellation);
        var report = scan.Run();
        report = parts is null ? report : PartFaults.AddTo(report, parts, hasher!.Finish(cancellation));
        if (scan.Head is not { } head)
        {
            return report;
        }

        var signatures = options.Keys?.Check(head.IndexBytes, head.Signatures) ?? SignatureReport.Of(head.Signatures);
        return report with
        {
            Signatures = signatures,
            Faults = signatures.Fault is { } fault ? [fault, .. report.Faults] : report.Faults,
        };
    }
}

/// <summary>What <see cref="Verifier"/> is asked to do.</summary>
public sealed record VerifyOptions
{
    /// <summary>The package.</summary>
    public required PackageInput Input { get; init; }

    /// <summary>The keys of which one has to have signed the package; null where signatures are told and not checked.</summary>
    public TrustedKeys? Keys { get; init; }

    /// <summary>Whether the digest of the whole file is taken too, where all of it is there.</summary>
    public bool HashPackage { get; init; }

    /// <summary>How many threads check.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>What a check found.</summary>
/// <param name="Size">The package's bytes.</param>
/// <param name="BundleDigest">Null where the index cannot be read.</param>
/// <param name="Index">Null where it cannot be read: then every image is affected.</param>
/// <param name="Faults">What is wrong with its signatures, then damage in the order of its places; empty where the package is whole.</param>
public sealed record VerifyReport(string Name, long Size, Digest? BundleDigest, BundleIndex? Index, IReadOnlyList<Fault> Faults)
{
    /// <summary>Whether every byte is as it must be, and signed as was asked for.</summary>
    public bool IsWhole => Faults.Count == 0;

    /// <summary>Whether some byte is not as it must be.</summary>
    public bool IsDamaged => Faults.Count > (Signatures.Fault is null ? 0 : 1);

    /// <summary>The package's signatures, and what is known of them; none where the index cannot be read.</summary>
    public SignatureReport Signatures { get; init; } = SignatureReport.Of([]);

    /// <summary>The sha256 of the whole file; null where it was not asked for, or some of the file is missing.</summary>
    public Digest? PackageDigest { get; init; }

    /// <summary>The references of all images that any fault hits, ordinal order.</summary>
    public IReadOnlyList<string> AffectedImages =>
        [.. Faults.SelectMany(fault => fault.Images).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
