using Bundle.Model;

namespace Bundle.Index;

/// <summary>
/// What a package holds: the content of bundle.json (spec section 4). <c>IndexWriter</c> gives its canonical
/// bytes, <c>IndexReader</c> takes them back, <c>IndexValidator</c> checks the rules between the parts.
/// </summary>
public sealed record BundleIndex(
    IReadOnlyList<IndexImage> Images, IReadOnlyList<IndexBlob> Blobs, IReadOnlyList<IndexFile> Files)
{
    /// <summary>The bundles that lend blobs to this one: their bundle digests, ascending (spec IDX-4); empty for a full one.</summary>
    public IReadOnlyList<Digest> Bases { get; init; } = [];

    /// <summary>Whether some blobs have to come from elsewhere.</summary>
    public bool IsIncremental => Bases.Count > 0;

    /// <summary>The features that a reader has to know, ordinal order (spec IDX-3).</summary>
    public IReadOnlyList<string> Features => [.. IsIncremental ? [Incremental] : (string[])[], .. Blobs.Any(blob => blob.Data == BlobData.Omitted) ? [Sparse] : (string[])[]];

    /// <summary>The size of all blobs whose data is in the package.</summary>
    public long PackageBytes => Blobs.Where(blob => blob.Data == BlobData.Package).Sum(blob => blob.Size);

    /// <summary>The feature of an index with bases.</summary>
    internal const string Incremental = "incremental";

    /// <summary>The feature of an index whose lists have children that are left out.</summary>
    internal const string Sparse = "sparse";

    /// <summary>The name of the index in the stream.</summary>
    public const string EntryName = "bundle.json";

    private BlobMap? _map;

    /// <summary>The position of the blob with a digest; null where there is none.</summary>
    public int? Position(Digest digest)
    {
        var map = _map;
        if (map is null || !ReferenceEquals(map.Blobs, Blobs))
        {
            // A copy made by "with" may have other blobs.
            _map = map = new BlobMap(Blobs);
        }

        return map.Position(digest);
    }

    /// <summary>Whether both hold the same lists; the cached map does not count.</summary>
    public bool Equals(BundleIndex? other) => other is not null && ReferenceEquals(Images, other.Images)
        && ReferenceEquals(Blobs, other.Blobs) && ReferenceEquals(Files, other.Files) && ReferenceEquals(Bases, other.Bases);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Images, Blobs, Files);
}

/// <summary>An image: a name, and the manifest that it stands for (spec section 4.2).</summary>
/// <param name="Tags">Ordinal order.</param>
/// <param name="ByDigest">Whether it also goes by <c>name@digest</c>.</param>
/// <param name="Platforms">Such as <c>linux/amd64</c>, ordinal order.</param>
public sealed record IndexImage(
    ImageName Name, IReadOnlyList<string> Tags, bool ByDigest, Digest Digest, string MediaType,
    IReadOnlyList<string> Platforms, IReadOnlyList<IndexSignature> Signatures)
{
    /// <summary>The references that the image goes by: <c>name:tag</c> for each tag, then <c>name@digest</c>.</summary>
    public IEnumerable<string> References =>
        Tags.Select(tag => Name.Full + ":" + tag).Concat(ByDigest ? [Name.Full + "@" + Digest] : []);
}

/// <summary>A signature as skopeo keeps it beside an image (spec IDX-11).</summary>
/// <param name="Manifest">The image's manifest or a child of it.</param>
/// <param name="Number">From 1.</param>
public sealed record IndexSignature(Digest Manifest, int Number, Digest Digest, long Size);

/// <summary>Where the data of a blob is to be had (spec section 4.3).</summary>
public enum BlobData
{
    /// <summary>In the package.</summary>
    Package,

    /// <summary>In one of the index's bases.</summary>
    Base,

    /// <summary>Nowhere: a child of a list, for a platform that was left out.</summary>
    Omitted,
}

/// <summary>A blob: manifest, config, layer or anything else (spec section 4.3).</summary>
/// <param name="Config">An image manifest's config, as a position in the index; null for other blobs.</param>
/// <param name="Layers">An image manifest's layers, in its order; empty for other blobs.</param>
/// <param name="Manifests">A list's children, in its order; null for other blobs.</param>
public sealed record IndexBlob(
    Digest Digest, long Size, string MediaType, int? Config, IReadOnlyList<int> Layers, IReadOnlyList<int>? Manifests)
{
    /// <summary>Where its data is.</summary>
    public BlobData Data { get; init; }

    /// <summary>For <see cref="BlobData.Base"/>: which of <see cref="BundleIndex.Bases"/> has it.</summary>
    public int Base { get; init; }

    /// <summary>Whether this is an image manifest or a list.</summary>
    public bool IsManifest => Config is not null || Manifests is not null;
}

/// <summary>An extra file (spec section 4.7).</summary>
/// <param name="Mode">Permission bits.</param>
public sealed record IndexFile(string Path, int Mode, long Size, Digest Digest)
{
    /// <summary>The mode as four octal digits (spec IDX-16).</summary>
    public string ModeText => Convert.ToString(Mode, 8).PadLeft(4, '0');
}
