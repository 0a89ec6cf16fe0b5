using Bundle.Access;
using Bundle.Format;
using Bundle.Model;
using Bundle.Verify;

namespace Bundle.Repair;

/// <summary>What <see cref="Repairer"/> is asked to do.</summary>
public sealed record RepairOptions
{
    /// <summary>The damaged package: a file, or a split package.</summary>
    public required string Path { get; init; }

    /// <summary>A good copy of it: a file, a split package, or an address on a server that gives ranges.</summary>
    public required PackageInput From { get; init; }

    /// <summary>Where the whole package goes; null to mend it in place.</summary>
    public string? Output { get; init; }

    /// <summary>Whether an existing <see cref="Output"/> is replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Whether it is only said what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether what is mended is on the disk before the work is done.</summary>
    public bool Sync { get; init; } = true;

    /// <summary>How many threads verify the package in the end.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>What was repaired.</summary>
/// <param name="Damaged">The ranges that differed from the good copy, in order.</param>
/// <param name="FetchedBytes">All bytes that were read from the good copy, its head and tables too.</param>
/// <param name="Size">The whole package's bytes.</param>
/// <param name="FormerSize">The bytes that were there before.</param>
/// <param name="Verification">What a full check of the result says; null for a dry run.</param>
public sealed record RepairResult(
    string Name, Digest BundleDigest, IReadOnlyList<ByteRange> Damaged, long FetchedBytes, long Size, long FormerSize, VerifyReport? Verification);
