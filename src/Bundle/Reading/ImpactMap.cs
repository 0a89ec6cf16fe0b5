using Bundle.Format;
using Bundle.Index;

namespace Bundle.Reading;

/// <summary>Tells which images a damaged entry hits. Built when it is first asked: a whole package needs it never.</summary>
internal sealed class ImpactMap(PackageLayout layout)
{
    private readonly Lazy<List<string>[]> _byBlob = new(() =>
    {
        var lists = new List<string>[layout.Index.Blobs.Count];
        foreach (var image in layout.Index.Images)
        {
            var names = image.References.ToList();
            foreach (var blob in ImageClosure.Of(layout.Index, image))
            {
                (lists[blob] ??= []).AddRange(names);
            }
        }

        return lists;
    });

    /// <summary>The references of the images that need an entry; every image for what describes the whole.</summary>
    public IReadOnlyList<string> Of(int entry)
    {
        var (kind, number, _) = layout.Entries[entry];
        return kind switch
        {
            EntryKind.Blob or EntryKind.BlobLink => _byBlob.Value[number] ?? [],
            EntryKind.Signature => [.. layout.Index.Images.Where(i => i.Signatures.Any(s => s.Digest == layout.Signatures[number].Digest)).SelectMany(i => i.References)],
            EntryKind.RepositoryLink => OfRepository(layout.NameOf(entry)),
            EntryKind.File or EntryKind.BundleSignature => [],
            _ => [.. layout.Index.Images.SelectMany(i => i.References)],
        };
    }

    /// <summary>The references of the images that need anything that stands in a frame.</summary>
    public IReadOnlyList<string> Of(PackageFrame frame)
    {
        if (frame.IsData)
        {
            return Of(frame.FirstEntry);
        }

        var first = frame.LeadingZeros > 0 ? frame.FirstEntry - 1 : frame.FirstEntry;
        return [.. Enumerable.Range(first, frame.FirstEntry + frame.EntryCount - first).SelectMany(Of).Distinct(StringComparer.Ordinal)];
    }

    private IReadOnlyList<string> OfRepository(string path) =>
        [.. layout.Index.Images
            .Where(i => path.StartsWith($"docker/registry/v2/repositories/{i.Name.Repository}/_", StringComparison.Ordinal))
            .SelectMany(i => i.References)];
}
