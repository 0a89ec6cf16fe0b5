using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Index;

/// <summary>A blob that has no position yet: what a manifest names is given by digest.</summary>
/// <param name="Config">Null unless it is an image manifest.</param>
/// <param name="Manifests">Null unless it is a list.</param>
public sealed record UnorderedBlob(
    Digest Digest, long Size, string MediaType, Digest? Config, IReadOnlyList<Digest> Layers, IReadOnlyList<Digest>? Manifests)
{
    /// <summary>Where its data is.</summary>
    public BlobData Data { get; init; }

    /// <summary>For <see cref="BlobData.Base"/>: which base has it.</summary>
    public int Base { get; init; }

    /// <summary>Whether this is an image manifest or a list.</summary>
    public bool IsManifest => Config is not null || Manifests is not null;
}

/// <summary>The order of blobs (spec IDX-13).</summary>
public static class BlobOrder
{
    /// <summary>Puts distinct blobs into order, and turns the digests that they name into positions.</summary>
    /// <exception cref="BundleException">A manifest names a blob that is not among them.</exception>
    public static IReadOnlyList<IndexBlob> Sort(IEnumerable<UnorderedBlob> blobs)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        var all = blobs.ToArray();
        var configs = all.Select(blob => blob.Config).OfType<Digest>().ToHashSet();
        var ordered = all.OrderBy(blob => Section(blob.IsManifest || blob.Data == BlobData.Omitted, configs.Contains(blob.Digest), blob.Size)).ThenBy(blob => blob.Digest).ToArray();
        var positions = new Dictionary<Digest, int>(ordered.Length);
        for (var i = 0; i < ordered.Length; i++)
        {
            positions.Add(ordered[i].Digest, i);
        }

        return Array.ConvertAll(ordered, blob => new IndexBlob(blob.Digest, blob.Size, blob.MediaType,
            blob.Config is { } config ? At(blob, config) : null, All(blob, blob.Layers), blob.Manifests is { } children ? All(blob, children) : null)
        { Data = blob.Data, Base = blob.Base });

        int At(UnorderedBlob manifest, Digest digest) => positions.TryGetValue(digest, out var position) ? position
            : throw new Fault(FaultId.BlobMissing, "the manifest " + manifest.Digest + " names " + digest + ", which is not there") { Digest = digest }.ToException();

        int[] All(UnorderedBlob manifest, IReadOnlyList<Digest> digests) => [.. digests.Select(digest => At(manifest, digest))];
    }

    /// <summary>The section of the order that a blob is in; within one, digests ascend. What is left out stands where its list's children do.</summary>
    internal static int Section(bool isManifest, bool isConfig, long size) => isManifest ? 0 : isConfig ? 1 : size < Limits.Large ? 2 : 3;
}
