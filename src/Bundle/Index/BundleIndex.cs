using Bundle.Model;

namespace Bundle.Index;

/// <summary>
/// What a package holds: the content of bundle.json (spec section 4). <c>IndexWriter</c> gives its canonical
/// bytes, <c>IndexReader</c> takes them back, <c>IndexValidator</c> checks the rules between the parts.
/// </summary>
public sealed record BundleIndex(
    IReadOnlyList<IndexImage> Images, IReadOnlyList<IndexBlob> Blobs, IReadOnlyList<IndexFile> Files)
{
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
        && ReferenceEquals(Blobs, other.Blobs) && ReferenceEquals(Files, other.Files);

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

/// <summary>A blob: manifest, config, layer or anything else (spec section 4.3).</summary>
/// <param name="Config">An image manifest's config, as a position in the index; null for other blobs.</param>
/// <param name="Layers">An image manifest's layers, in its order; empty for other blobs.</param>
/// <param name="Manifests">A list's children, in its order; null for other blobs.</param>
public sealed record IndexBlob(
    Digest Digest, long Size, string MediaType, int? Config, IReadOnlyList<int> Layers, IReadOnlyList<int>? Manifests)
{
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
