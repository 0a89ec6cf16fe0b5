using Bundle.Model;

namespace Bundle.Sources;

/// <summary>
/// What belongs to images without being named with them: manifests whose <c>subject</c> they are, and tags that are made of
/// their digest, as cosign's <c>sha256-HEX.sig</c> (distribution-spec, "Referrers Tag Schema").
/// </summary>
internal static class Companions
{
    private const string TagPrefix = "sha256-";
    private const int HexLength = 64;

    /// <summary>What belongs to some images, or to what belongs to them.</summary>
    /// <param name="all">All images that are at hand.</param>
    public static IReadOnlyList<SourceImage> Of(IEnumerable<SourceImage> images, IEnumerable<SourceImage> all)
    {
        var about = all.Select(image => (Image: image, Subject: SubjectOf(image))).Where(pair => pair.Subject is not null)
            .ToLookup(pair => (pair.Image.Name.Full, pair.Subject!.Value), pair => pair.Image);
        var found = new List<SourceImage>();
        var seen = new HashSet<(string, string?, Digest)>();
        var queue = new Queue<SourceImage>(images);
        while (queue.TryDequeue(out var image))
        {
            if (!seen.Add((image.Name.Full, image.Tag, image.Digest)))
            {
                continue;
            }

            foreach (var companion in image.Manifests.SelectMany(manifest => about[(image.Name.Full, manifest.Digest)]))
            {
                found.Add(companion);
                queue.Enqueue(companion);
            }
        }

        return found;
    }

    // A tag counts only where the manifest is no subject's by itself, which says the same more surely.
    private static Digest? SubjectOf(SourceImage image) =>
        image.Manifests[0].Manifest.Subject is { } subject && image.Tag is null ? subject.Digest
        : image.Tag is { } tag && tag.Length >= TagPrefix.Length + HexLength && tag.StartsWith(TagPrefix, StringComparison.Ordinal)
            && Digest.TryParseHex(tag.AsSpan(TagPrefix.Length, HexLength), out var digest) && (tag.Length == TagPrefix.Length + HexLength || tag[TagPrefix.Length + HexLength] == '.')
            ? digest : null;
}
