using Bundle.Index;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Push;

/// <summary>A tag that a repository of the destination is to have.</summary>
/// <param name="Manifest">The position of the manifest in the index.</param>
internal sealed record TargetTag(string Tag, int Manifest)
{
    /// <summary>What it stands for now; null where it is not there.</summary>
    public Digest? Was { get; set; }
}

/// <summary>What a repository of the destination is to have, and what of it is there already. All are positions in the index.</summary>
internal sealed class TargetRepository(RegistryRepository remote)
{
    /// <summary>The repository.</summary>
    public RegistryRepository Remote { get; } = remote;

    /// <summary>Its name, without the registry's.</summary>
    public string Name => Remote.Name;

    /// <summary>The configs and layers that it is to have.</summary>
    public List<int> Blobs { get; } = [];

    /// <summary>The manifests that it is to have.</summary>
    public List<int> Manifests { get; } = [];

    /// <summary>The tags that it is to have.</summary>
    public List<TargetTag> Tags { get; } = [];

    /// <summary>What of the blobs is not there.</summary>
    public HashSet<int> MissingBlobs { get; } = [];

    /// <summary>What of the manifests is not there.</summary>
    public HashSet<int> MissingManifests { get; } = [];

    /// <summary>What the repositories are to have that some images get.</summary>
    /// <param name="images">Of an index, by the names that they have at the destination.</param>
    public static List<TargetRepository> Of(BundleIndex index, IEnumerable<IndexImage> images, RegistryClient client)
    {
        var links = new RepositoryLinks(index, images);
        var repositories = links.Repositories.Select(name => new TargetRepository(client.Repository(name, forPush: true))).ToList();
        foreach (var link in links.Links)
        {
            var repository = repositories[link.Repository];
            switch (link.Kind)
            {
                case LinkKind.Layer:
                    repository.Blobs.Add(link.Blob);
                    break;
                case LinkKind.Revision:
                    repository.Manifests.Add(link.Blob);
                    break;
                case LinkKind.Current:
                    repository.Tags.Add(new TargetTag(links.TagOf(link), link.Blob));
                    break;
            }
        }

        return repositories;
    }
}
