using Bundle.Index;
using Bundle.Model;
using Bundle.Sources.Trees;

namespace Bundle.Sources.Layout;

/// <summary>The blobs of an OCI image layout (image-spec image-layout.md).</summary>
internal sealed class OciLayout(FileTree tree, string root) : ImageStore
{
    /// <inheritdoc/>
    public override string Origin => tree.Name;

    /// <inheritdoc/>
    public override string Remedy => "make the layout or archive again; lists need all their platforms ('skopeo copy --all'), or take less of them with --platform";

    /// <inheritdoc/>
    public override BlobLocation? Manifest(Digest digest) => tree.File(PathOf(digest));

    /// <inheritdoc/>
    public override BlobLocation? Blob(Descriptor blob) => tree.File(PathOf(blob.Digest));

    /// <inheritdoc/>
    public override string PlaceOf(Digest digest, bool isManifest) => tree.Shown(PathOf(digest));

    private string PathOf(Digest digest) => FileTree.Join(root, BlobPaths.Of(digest));
}
