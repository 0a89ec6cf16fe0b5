using Bundle.Format;
using Bundle.Keys;
using Bundle.Model;

namespace Bundle.Signing;

/// <summary>What <see cref="Signer"/> is asked to do.</summary>
public sealed record SignOptions
{
    /// <summary>The package; it has to be read twice, so no stream.</summary>
    public required PackageInput Input { get; init; }

    /// <summary>The key that signs.</summary>
    public required SigningKey Key { get; init; }

    /// <summary>Where the signed package goes; null to replace <see cref="Input"/>.</summary>
    public string? Output { get; init; }

    /// <summary>Whether an existing <see cref="Output"/> is replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Whether the package is on the disk before it gets its name.</summary>
    public bool Sync { get; init; } = true;

    /// <summary>How many threads check the package first.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>What was signed.</summary>
/// <param name="BundleDigest">It is the same before and after.</param>
/// <param name="KeyIds">The keys that the package is now signed by, this one among them.</param>
/// <param name="Added">Whether there is a signature now that was not there before.</param>
public sealed record SignResult(Digest BundleDigest, Digest KeyId, IReadOnlyList<Digest> KeyIds, bool Added, long PackageSize);
