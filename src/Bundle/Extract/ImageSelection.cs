using Bundle.Faults;
using Bundle.Index;

namespace Bundle.Extract;

/// <summary>Which images some patterns mean.</summary>
internal static class ImageSelection
{
    /// <summary>The images that match, with those of their tags that do; all images without a pattern.</summary>
    /// <exception cref="BundleException">A pattern matches nothing; all such are told at once.</exception>
    public static IReadOnlyList<IndexImage> Select(BundleIndex index, IReadOnlyList<string> patterns)
    {
        if (patterns.Count == 0)
        {
            return index.Images;
        }

        var wanted = new ImagePatterns(patterns);
        var selected = new List<IndexImage>();
        foreach (var image in index.Images)
        {
            var tags = image.Tags.Where(tag => wanted.Match(image.Name, ":" + tag)).ToList();
            var byDigest = wanted.Match(image.Name, "@" + image.Digest);
            if (tags.Count > 0 || byDigest)
            {
                selected.Add(image with { Tags = tags, ByDigest = (byDigest && image.ByDigest) || tags.Count == 0 });
            }
        }

        var unknown = wanted.Unused;
        return unknown.Count == 0 ? selected : throw new Fault(FaultId.ImageUnknown, $"the package has no image {string.Join(", ", unknown)}")
        {
            Images = unknown,
            Hint = "'bundle list' tells what it has; * and ? in a pattern stand for any characters, quoted so that the shell leaves them alone",
        }.ToException();
    }
}
