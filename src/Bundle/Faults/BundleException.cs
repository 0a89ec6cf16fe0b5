namespace Bundle.Faults;

/// <summary>Ends an operation; carries the <see cref="Faults.Fault"/> that says why.</summary>
public sealed class BundleException(Fault fault, Exception? cause = null) : Exception(fault.Message, cause)
{
    /// <summary>What is wrong.</summary>
    public Fault Fault { get; } = fault;
}
