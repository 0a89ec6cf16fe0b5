using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>A blob that an image needs, and that is not where it has to be.</summary>
/// <param name="What">Manifest, config or layer.</param>
/// <param name="Place">Where it would be.</param>
/// <param name="MayBeLent">Whether it may come from another source.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record MissingBlob(string What, Digest Digest, string Place, bool MayBeLent, string Remedy)
{
    /// <summary>What a manifest is called in <see cref="What"/>.</summary>
    public const string Manifest = "manifest";

    private const int Shown = 10;

    /// <summary>Tells what some images lack, all of it at once.</summary>
    /// <param name="isLent">Whether another source, or a base, has a blob.</param>
    /// <exception cref="BundleException">Something is missing.</exception>
    public static void Refuse(IEnumerable<SourceImage> images, Func<MissingBlob, bool> isLent)
    {
        var missing = images.SelectMany(image => image.Missing.Where(one => !isLent(one)).Select(one => (Image: image.Reference, Blob: one))).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var list = string.Join("; ", missing.Take(Shown).Select(one => $"{one.Blob.What} {one.Blob.Digest} of {one.Image} ({one.Blob.Place})"));
        var more = missing.Count > Shown ? $"; and {missing.Count - Shown} more" : "";
        throw new Fault(FaultId.BlobMissing, $"{(missing.Count == 1 ? "a blob is" : $"{missing.Count} blobs are")} missing: {list}{more}")
        {
            Entry = missing[0].Blob.Place,
            Digest = missing[0].Blob.Digest,
            Images = [.. missing.Select(one => one.Image).Distinct(StringComparer.Ordinal)],
            Hint = missing[0].Blob.Remedy,
        }.ToException();
    }
}
