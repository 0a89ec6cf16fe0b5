using Bundle.Model;

namespace Bundle.Faults;

/// <summary>One thing that is wrong: what, where, whom it hits, and what to do.</summary>
/// <param name="Id">The kind, stable across versions.</param>
/// <param name="Message">One sentence, lower case, without a full stop.</param>
public sealed record Fault(FaultId Id, string Message)
{
    /// <summary>The entry of the stream, or the path on disk.</summary>
    public string? Entry { get; init; }

    /// <summary>Where in the package it begins, in bytes; null where it has no place there.</summary>
    public long? Offset { get; init; }

    /// <summary>How many bytes of the package are hit, from <see cref="Offset"/> on.</summary>
    public long? Length { get; init; }

    /// <summary>The digest of the blob or file that is hit.</summary>
    public Digest? Digest { get; init; }

    /// <summary>The references of the images that are hit, as <c>name:tag</c>.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>What the user can do, or null.</summary>
    public string? Hint { get; init; }

    /// <summary>The exception that ends an operation with this fault.</summary>
    public BundleException ToException(Exception? cause = null) => new(this, cause);
}
