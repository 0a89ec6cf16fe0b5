using Bundle.Model;

namespace Bundle.Parts;

/// <summary>What a split package consists of (spec section 11): the list that stands beside its parts.</summary>
/// <param name="BundleDigest">The bundle digest of the package.</param>
/// <param name="Size">The package's bytes.</param>
/// <param name="Parts">The parts in order: all but the last are of one size.</param>
public sealed record PartsList(Digest BundleDigest, long Size, IReadOnlyList<PackagePart> Parts)
{
    /// <summary>Where a part begins in the package.</summary>
    public long OffsetOf(int part) => part * Parts[0].Size;

    /// <summary>The part that holds an offset below <see cref="Size"/>.</summary>
    public int PartAt(long offset) => (int)(offset / Parts[0].Size);
}

/// <summary>One part of a split package.</summary>
public readonly record struct PackagePart(long Size, Digest Digest);
