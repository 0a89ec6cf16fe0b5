using Bundle.Index;

namespace Bundle.Extract;

/// <summary>
/// A docker-registry storage root: blobs, then <c>_layers</c>, revisions, tags' indexes, and the <c>current</c> tags last. Links are
/// files of their own, never hard links: old registries write into them (distribution before 3.1).
/// </summary>
internal sealed class RegistryTarget(ExtractOptions options, BundleIndex index, IReadOnlyList<IndexImage> selected) : FolderTarget(options, index, selected)
{
    /// <inheritdoc/>
    protected override string PathOf(int blob, int place) => BlobPaths.InRegistry(Index.Blobs[blob].Digest);

    /// <inheritdoc/>
    protected override void Reveal(CancellationToken cancellation)
    {
        var links = new RepositoryLinks(Index, Selected);
        foreach (var kind in (LinkKind[])[LinkKind.Layer, LinkKind.Revision, LinkKind.TagIndex, LinkKind.Current])
        {
            foreach (var link in links.Links)
            {
                if (link.Kind == kind)
                {
                    cancellation.ThrowIfCancellationRequested();
                    WriteSmall(links.Path(link), links.Content(link));
                }
            }
        }
    }
}
