using Bundle.Format;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Reading;

/// <summary>Tells which images a damaged entry hits. Built when it is first asked: a whole package needs it never.</summary>
internal sealed class ImpactMap(PackageLayout layout)
{
    private readonly Lazy<List<int>[]> _byBlob = new(() => ByBlob(layout.Index));
    private readonly Lazy<Dictionary<string, List<string>>> _byRepository = new(() => layout.Index.Images
        .GroupBy(image => image.Name.Repository, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.SelectMany(image => image.References).ToList(), StringComparer.Ordinal));
    private readonly Lazy<ILookup<Digest, IndexImage>> _byDigest = new(() => layout.Index.Images.ToLookup(image => image.Digest));

    /// <summary>The references of the images that need an entry; every image for what describes the whole.</summary>
    public IReadOnlyList<string> Of(int entry)
    {
        var (kind, number, _) = layout.Entries[entry];
        return kind switch
        {
            EntryKind.Blob or EntryKind.BlobLink => OfBlob(number),
            EntryKind.Signature => [.. layout.Index.Images.Where(i => i.Signatures.Any(s => s.Digest == layout.Signatures[number].Digest)).SelectMany(i => i.References)],
            EntryKind.RepositoryLink => _byRepository.Value[layout.RepositoryOf(entry)],
            EntryKind.File or EntryKind.BundleSignature => [],
            _ => [.. layout.Index.Images.SelectMany(i => i.References)],
        };
    }

    /// <summary>The references of the images that need a blob.</summary>
    public IReadOnlyList<string> OfBlob(int blob) => _byBlob.Value[blob] is { } manifests
        ? [.. manifests.SelectMany(root => _byDigest.Value[layout.Index.Blobs[root].Digest]).SelectMany(image => image.References)] : [];

    /// <summary>The references of the images that need anything that stands in a frame.</summary>
    public IReadOnlyList<string> Of(PackageFrame frame)
    {
        if (frame.IsData)
        {
            return Of(frame.FirstEntry);
        }

        // A hostile index asks for millions of links: a repository's links follow one another, and its images are looked up once.
        var first = frame.LeadingZeros > 0 ? frame.FirstEntry - 1 : frame.FirstEntry;
        var images = new HashSet<string>(StringComparer.Ordinal);
        string? repository = null;
        for (var entry = first; entry < frame.FirstEntry + frame.EntryCount; entry++)
        {
            if (layout.Entries[entry].Kind == EntryKind.RepositoryLink)
            {
                var next = layout.RepositoryOf(entry);
                if (ReferenceEquals(next, repository))
                {
                    continue;
                }

                repository = next;
            }

            images.UnionWith(Of(entry));
        }

        return [.. images];
    }

    // The manifests of images that reach each blob: images of the same manifest, however many, are walked once.
    private static List<int>[] ByBlob(BundleIndex index)
    {
        var lists = new List<int>[index.Blobs.Count];
        foreach (var image in index.Images.DistinctBy(image => image.Digest))
        {
            var root = index.Position(image.Digest)!.Value;
            foreach (var blob in ImageClosure.Of(index, image))
            {
                (lists[blob] ??= []).Add(root);
            }
        }

        return lists;
    }
}
