using System.IO.Enumeration;
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

        var used = new bool[patterns.Count];
        var selected = new List<IndexImage>();
        foreach (var image in index.Images)
        {
            var tags = image.Tags.Where(tag => Matches(image, ":" + tag, patterns, used)).ToList();
            var byDigest = Matches(image, "@" + image.Digest, patterns, used);
            if (tags.Count > 0 || byDigest)
            {
                selected.Add(image with { Tags = tags, ByDigest = (byDigest && image.ByDigest) || tags.Count == 0 });
            }
        }

        var unknown = patterns.Where((_, i) => !used[i]).ToList();
        return unknown.Count == 0 ? selected : throw new Fault(FaultId.ImageUnknown, $"the package has no image {string.Join(", ", unknown)}")
        {
            Images = unknown,
            Hint = "'bundle list' tells what it has; * and ? in a pattern stand for any characters, quoted so that the shell leaves them alone",
        }.ToException();
    }

    private static bool Matches(IndexImage image, string suffix, IReadOnlyList<string> patterns, bool[] used)
    {
        var any = false;
        for (var i = 0; i < patterns.Count; i++)
        {
            if (Matches(image, suffix, patterns[i]))
            {
                used[i] = any = true;
            }
        }

        return any;
    }

    // With or without the host, as the user likes; without a tag, every tag.
    private static bool Matches(IndexImage image, string suffix, string pattern)
    {
        string[] names = image.Name.Host is null ? [image.Name.Full, image.Name.Normalized] : [image.Name.Full, image.Name.Repository];
        return names.Any(name => IsLike(pattern, name + suffix) || IsLike(pattern, name));
    }

    private static bool IsLike(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal), text, ignoreCase: false);
}
