using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Sources;

/// <content>Which of the images are taken.</content>
internal sealed partial class SourceSet
{
    /// <summary>Keeps the images that a list names.</summary>
    /// <exception cref="BundleException">It names one that is not there; all such are told at once.</exception>
    public void Select(IReadOnlyList<ImageReference> wanted, string list)
    {
        var selected = new List<SourceImage>();
        var unreadable = new List<BrokenImage>();
        var unknown = new List<string>();
        var names = _images.ToLookup(image => image.Name.Normalized, StringComparer.Ordinal);
        var repositories = _images.ToLookup(image => image.Name.Repository, StringComparer.Ordinal);
        foreach (var reference in wanted)
        {
            // A tree that was made without --scoped has no hosts, and a list may leave them out.
            var found = Matching(names[reference.Name.Normalized], reference);
            if (found.Count == 0)
            {
                found = Matching(repositories[reference.Name.Repository].Where(image => image.Name.Host is null || reference.Name.Host is null), reference);
            }

            selected.AddRange(found);
            var broken = _broken.Where(image => image.Is(reference)).ToList();
            unreadable.AddRange(broken);
            if (found.Count == 0 && broken.Count == 0)
            {
                unknown.Add(reference.ToString());
            }
        }

        if (unknown.Count > 0)
        {
            throw new Fault(FaultId.ImageUnknown, $"{list} names {(unknown.Count == 1 ? "an image that is" : $"{unknown.Count} images that are")} not in the sources: {string.Join(", ", unknown)}")
            {
                Entry = list,
                Images = unknown,
                Hint = "fetch what is missing, or remove it from the list",
            }.ToException();
        }

        Keep(selected, unreadable);
    }

    /// <summary>Keeps the images that some patterns mean.</summary>
    /// <exception cref="BundleException">A pattern matches nothing; all such are told at once.</exception>
    public void Select(IReadOnlyList<string> patterns)
    {
        var wanted = new ImagePatterns(patterns);
        var selected = _images.Select(image => image.Tag is { } tag && wanted.Match(image.Name, ":" + tag) ? image
            : wanted.Match(image.Name, "@" + image.Digest) ? image with { Tag = null } : null).OfType<SourceImage>().ToList();
        var unreadable = _broken.Where(image => wanted.Match(image.Name, image.Tag is null ? "" : ":" + image.Tag)).ToList();
        if (wanted.Unused is { Count: > 0 } unknown)
        {
            throw new Fault(FaultId.ImageUnknown, $"the sources have no image {string.Join(", ", unknown)}")
            {
                Images = unknown,
                Hint = "* and ? in a pattern stand for any characters, quoted so that the shell leaves them alone; a name without a tag means every tag",
            }.ToException();
        }

        Keep(selected, unreadable);
    }

    /// <summary>Tells of lists that have no platform that is wanted: all of theirs are taken.</summary>
    public void TellUnfitLists()
    {
        foreach (var image in _images.Where(image => image.Manifests[0].Manifest.Manifests is { } children && !Platforms.Fits(children)))
        {
            Warn($"{image.Reference} has no platform that is wanted, so all of its platforms are taken: {string.Join(", ", image.Platforms)}");
        }
    }

    private void Keep(List<SourceImage> selected, List<BrokenImage> unreadable)
    {
        if (WithReferrers)
        {
            selected.AddRange(Companions.Of(selected, _images));
        }

        _images.Clear();
        _images.AddRange(selected.Distinct());
        _broken.Clear();
        _broken.AddRange(unreadable);
    }

    private static List<SourceImage> Matching(IEnumerable<SourceImage> images, ImageReference reference)
    {
        var matching = images.Where(image => (reference.Tag is null || image.Tag == reference.Tag) && (reference.Digest is not { } digest || image.Digest == digest)).ToList();
        return reference.Tag is null ? [.. matching.Select(image => image with { Tag = null })] : matching;
    }
}
