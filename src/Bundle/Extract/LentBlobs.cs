using Bundle.Faults;
using Bundle.Index;

namespace Bundle.Extract;

/// <summary>The blobs that an incremental package leaves to its bases.</summary>
internal static class LentBlobs
{
    private const int Shown = 10;

    /// <summary>What to say where some are not to be had: which, of which base, and the images that need them.</summary>
    /// <param name="missing">Positions in the index.</param>
    /// <param name="where">Where they were looked for.</param>
    public static Fault Missing(BundleIndex index, IReadOnlyList<IndexImage> selected, IReadOnlyList<int> missing, string where)
    {
        var wanted = missing.ToHashSet();
        var images = selected.Where(image => ImageClosure.Of(index, image).Any(wanted.Contains)).SelectMany(image => image.References).ToList();
        var lists = missing.Take(Shown).GroupBy(blob => index.Blobs[blob].Base)
            .Select(lent => $"of the bundle {index.Bases[lent.Key]}: {string.Join(", ", lent.Select(blob => index.Blobs[blob].Digest))}");
        var more = missing.Count > Shown ? $", and {missing.Count - Shown} more" : "";
        return new Fault(FaultId.BaseMissing, $"the package is incremental, and {where} lacks {missing.Count} of the blobs that it relies on, {string.Join("; ", lists)}{more}")
        {
            Digest = index.Blobs[missing[0]].Digest,
            Images = images,
            Hint = "extract the package that it builds on first, or name it (or a store that has its blobs) with --base",
        };
    }
}
