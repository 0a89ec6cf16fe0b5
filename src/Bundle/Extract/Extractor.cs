namespace Bundle.Extract;

/// <summary>Extracts packages: reader → verifier → store.</summary>
public static class Extractor
{
    /// <summary>Extracts a package, or some of its images. Nothing unverified appears under a final name.</summary>
    /// <exception cref="Faults.BundleException">The package is damaged, or the destination cannot take it.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static ExtractResult Run(ExtractOptions options, IProgressSink progress, CancellationToken cancellation) => throw new NotImplementedException();
}
