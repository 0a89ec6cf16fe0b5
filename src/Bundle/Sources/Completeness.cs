using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>Gathers what the sources lack, to tell it all at once.</summary>
internal sealed class Completeness
{
    private const int Shown = 10;
    private readonly List<(string Image, string Origin, string What, Digest Digest, string Path)> _missing = [];

    /// <summary>Notes a blob that an image needs, and that is not where it has to be.</summary>
    public void Missing(string image, string origin, string what, Digest digest, string path) => _missing.Add((image, origin, what, digest, path));

    /// <summary>Tells what the images that are wanted lack; others may lack what they like.</summary>
    /// <exception cref="BundleException">Something is missing.</exception>
    public void ThrowIfMissing(IEnumerable<SourceImage> wanted)
    {
        var names = wanted.Select(image => image.Origin).ToHashSet(StringComparer.Ordinal);
        var missing = _missing.Where(one => names.Contains(one.Origin)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var list = string.Join("; ", missing.Take(Shown).Select(one => $"{one.What} {one.Digest} of {one.Image} ({one.Path})"));
        var more = missing.Count > Shown ? $"; and {missing.Count - Shown} more" : "";
        throw new Fault(FaultId.BlobMissing, $"{(missing.Count == 1 ? "a blob is" : $"{missing.Count} blobs are")} missing: {list}{more}")
        {
            Entry = missing[0].Path,
            Digest = missing[0].Digest,
            Images = [.. missing.Select(one => one.Image).Distinct(StringComparer.Ordinal)],
            Hint = "fetch these images again; lists need 'skopeo copy --all' or 'skopeo sync --all'",
        }.ToException();
    }
}
