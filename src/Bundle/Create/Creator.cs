namespace Bundle.Create;

/// <summary>Creates packages: sources → plan → writer.</summary>
public static class Creator
{
    /// <summary>Creates a package. It appears under its name only when it is complete and flushed.</summary>
    /// <exception cref="Faults.BundleException">A source is incomplete or wrong, or the output cannot be written.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static CreateResult Run(CreateOptions options, IProgressSink progress, CancellationToken cancellation) => throw new NotImplementedException();
}
