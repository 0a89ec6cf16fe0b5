using Bundle.Model;

namespace Bundle.Index;

/// <summary>What an incremental package leaves to one of its bases.</summary>
/// <param name="Bundle">The base's bundle digest.</param>
/// <param name="Bytes">The size of those blobs.</param>
public sealed record BaseUse(Digest Bundle, int Blobs, long Bytes)
{
    /// <summary>What an index leaves to each of its bases, in their order.</summary>
    public static IReadOnlyList<BaseUse> Of(BundleIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        var lent = index.Blobs.Where(blob => blob.Data == BlobData.Base).ToLookup(blob => blob.Base, blob => blob.Size);
        return [.. index.Bases.Select((digest, i) => new BaseUse(digest, lent[i].Count(), lent[i].Sum()))];
    }
}
