using System.Globalization;
using System.Text;
using Bundle.Model;

namespace Bundle.Index;

/// <summary>What a link of a repository stands for.</summary>
public enum LinkKind
{
    /// <summary>A config or layer that the repository has.</summary>
    Layer,

    /// <summary>A manifest that the repository has.</summary>
    Revision,

    /// <summary>The manifest that a tag points to.</summary>
    Current,

    /// <summary>A manifest that a tag has pointed to.</summary>
    TagIndex,
}

/// <summary>A link file of registry storage, small as there can be millions; <see cref="RepositoryLinks"/> knows its names.</summary>
/// <param name="Tag">For the kinds of a tag, which; otherwise -1.</param>
/// <param name="Blob">The position of the blob that it links to.</param>
public readonly record struct RepositoryLink(int Repository, LinkKind Kind, int Tag, int Blob);

/// <summary>The link files that make the package a registry's storage (spec section 3.3, TAR-7).</summary>
public sealed class RepositoryLinks
{
    private readonly BundleIndex _index;
    private readonly List<string> _repositories = [];
    private readonly List<string> _tags = [];
    private readonly List<RepositoryLink> _links = [];

    /// <summary>The links of an index, or of some of its images.</summary>
    public RepositoryLinks(BundleIndex index, IEnumerable<IndexImage>? images = null)
    {
        ArgumentNullException.ThrowIfNull(index);
        _index = index;
        var walk = new ManifestWalk(index);
        var seen = new int[index.Blobs.Count];
        foreach (var repository in (images ?? index.Images).GroupBy(image => image.Name.Repository, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            _repositories.Add(repository.Key);
            AddBlobs(repository, walk, seen);
            AddTags(repository);
        }
    }

    /// <summary>All links, in the order of the stream.</summary>
    public IReadOnlyList<RepositoryLink> Links => _links;

    /// <summary>The repositories, which links name by their position here; ordinal order.</summary>
    public IReadOnlyList<string> Repositories => _repositories;

    /// <summary>The tag of a link that is a tag's.</summary>
    public string TagOf(RepositoryLink link) => _tags[link.Tag];

    /// <summary>The longest path: a repository's name and a tag have limits of their own (spec IDX-6, IDX-8).</summary>
    internal const int LongestPath = 1024;

    /// <summary>The path of a link's file, from <c>docker/</c> on.</summary>
    public string Path(RepositoryLink link)
    {
        Span<byte> path = stackalloc byte[LongestPath];
        return Encoding.UTF8.GetString(path[..WritePath(link, path)]);
    }

    /// <summary>Writes what <see cref="Path"/> gives; returns its length.</summary>
    internal int WritePath(RepositoryLink link, Span<byte> target)
    {
        var path = new PathBuilder(target);
        path.Append("docker/registry/v2/repositories/"u8);
        path.Append(_repositories[link.Repository]);
        if (link.Kind is LinkKind.Current or LinkKind.TagIndex)
        {
            path.Append("/_manifests/tags/"u8);
            path.Append(_tags[link.Tag]);
        }

        path.Append(link.Kind switch
        {
            LinkKind.Layer => "/_layers/sha256/"u8,
            LinkKind.Revision => "/_manifests/revisions/sha256/"u8,
            LinkKind.Current => "/current"u8,
            _ => "/index/sha256/"u8,
        });
        if (link.Kind != LinkKind.Current)
        {
            path.AppendHex(Target(link));
        }

        path.Append("/link"u8);
        return path.Length;
    }

    /// <summary>The repository that a link is of.</summary>
    public string RepositoryOf(RepositoryLink link) => _repositories[link.Repository];

    /// <summary>The digest that a link's file holds.</summary>
    public Digest Target(RepositoryLink link) => _index.Blobs[link.Blob].Digest;

    /// <summary>The content of a link's file, 71 bytes.</summary>
    public byte[] Content(RepositoryLink link)
    {
        var content = new byte[Digest.TextLength];
        Target(link).CopyTextTo(content);
        return content;
    }

    private void AddBlobs(IEnumerable<IndexImage> images, ManifestWalk walk, int[] seen)
    {
        var manifests = new List<int>();
        walk.Begin();
        foreach (var image in images)
        {
            walk.Visit(ImageClosure.Root(_index, image), manifests);
        }

        var parts = new List<int>();
        foreach (var position in manifests)
        {
            var blob = _index.Blobs[position];
            walk.Charge(blob.Layers.Count + 1);
            foreach (var part in blob.Config is { } config ? blob.Layers.Prepend(config) : blob.Layers)
            {
                if (seen[part] != _repositories.Count)
                {
                    seen[part] = _repositories.Count;
                    parts.Add(part);
                }
            }
        }

        AddSorted(parts, LinkKind.Layer);
        AddSorted(manifests, LinkKind.Revision);
    }

    private void AddSorted(List<int> positions, LinkKind kind)
    {
        positions.Sort((left, right) => _index.Blobs[left].Digest.CompareTo(_index.Blobs[right].Digest));
        foreach (var position in positions)
        {
            Add(new RepositoryLink(_repositories.Count - 1, kind, -1, position));
        }
    }

    private void AddTags(IEnumerable<IndexImage> images)
    {
        // Two names that differ in their host alone may have the same tag, of the same digest then (spec IDX-8).
        var tags = images.SelectMany(image => image.Tags.Select(tag => (Tag: tag, Blob: ImageClosure.Root(_index, image))))
            .DistinctBy(pair => pair.Tag, StringComparer.Ordinal).OrderBy(pair => pair.Tag, StringComparer.Ordinal);
        foreach (var (tag, blob) in tags)
        {
            _tags.Add(tag);
            Add(new RepositoryLink(_repositories.Count - 1, LinkKind.Current, _tags.Count - 1, blob));
            Add(new RepositoryLink(_repositories.Count - 1, LinkKind.TagIndex, _tags.Count - 1, blob));
        }
    }

    private void Add(RepositoryLink link)
    {
        if (_links.Count == Limits.Links)
        {
            throw IndexFaults.Limit(string.Create(CultureInfo.InvariantCulture, $"the images ask for more than {Limits.Links} links in their repositories"));
        }

        _links.Add(link);
    }
}
