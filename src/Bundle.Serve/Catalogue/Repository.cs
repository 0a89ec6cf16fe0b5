using Bundle.Index;

namespace Bundle.Serve.Catalogue;

/// <summary>
/// What a repository has: exactly what its link files in the package say (spec section 3.3). A blob of the package is
/// visible in the repositories that have it, and in no other.
/// </summary>
internal sealed class Repository
{
    private readonly string[] _tags;
    private readonly int[] _tagged, _manifests, _parts;

    private Repository(string name, string[] tags, int[] tagged, int[] manifests, int[] parts)
    {
        (Name, _tags, _tagged, _manifests, _parts) = (name, tags, tagged, manifests, parts);
        Array.Sort(_manifests);
        Array.Sort(_parts);
    }

    /// <summary>The name, without a host.</summary>
    public string Name { get; }

    /// <summary>The tags, in ordinal order.</summary>
    public IReadOnlyList<string> Tags => _tags;

    /// <summary>The positions of its manifests in the index.</summary>
    public IReadOnlyList<int> Manifests => _manifests;

    /// <summary>The repositories of some images, by name in ordinal order.</summary>
    public static IEnumerable<Repository> Of(BundleIndex index, IEnumerable<IndexImage> images)
    {
        var links = new RepositoryLinks(index, images);
        for (int begin = 0, end; begin < links.Links.Count; begin = end)
        {
            var number = links.Links[begin].Repository;
            end = begin;
            var (tags, tagged, manifests, parts) = (new List<string>(), new List<int>(), new List<int>(), new List<int>());
            for (; end < links.Links.Count && links.Links[end].Repository == number; end++)
            {
                var link = links.Links[end];
                switch (link.Kind)
                {
                    case LinkKind.Layer:
                        parts.Add(link.Blob);
                        break;
                    case LinkKind.Revision:
                        manifests.Add(link.Blob);
                        break;
                    case LinkKind.Current:
                        tags.Add(links.TagOf(link));
                        tagged.Add(link.Blob);
                        break;
                }
            }

            yield return new Repository(links.Repositories[number], [.. tags], [.. tagged], [.. manifests], [.. parts]);
        }
    }

    /// <summary>The position of the manifest that a tag stands for; null where there is no such tag.</summary>
    public int? Tagged(string tag) => Array.BinarySearch(_tags, tag, StringComparer.Ordinal) is >= 0 and var at ? _tagged[at] : null;

    /// <summary>Whether a blob is one of its manifests.</summary>
    public bool HasManifest(int blob) => Array.BinarySearch(_manifests, blob) >= 0;

    /// <summary>Whether a blob is one of its configs or layers.</summary>
    public bool HasPart(int blob) => Array.BinarySearch(_parts, blob) >= 0;
}
