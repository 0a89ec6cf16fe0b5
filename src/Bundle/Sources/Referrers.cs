using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>Finds manifests that no reference leads to, and that are about an image: they name it, or a manifest of it, as their <c>subject</c>.</summary>
internal static class Referrers
{
    /// <summary>Adds those that are about the images after a position of the sources, or about one another; each goes by its digest.</summary>
    /// <param name="candidates">Manifests that may be such.</param>
    /// <returns>The candidates that are none.</returns>
    public static IReadOnlyList<Digest> Add(SourceSet sources, ImageStore store, int before, Func<IEnumerable<Digest>> candidates, CancellationToken cancellation)
    {
        var names = new Dictionary<Digest, HashSet<ImageName>>();
        foreach (var image in sources.Images.Skip(before))
        {
            Note(names, image.Name, image.Manifests.Select(one => one.Digest));
        }

        var waiting = new Dictionary<Digest, List<Digest>>();
        var others = new List<Digest>();
        foreach (var digest in candidates())
        {
            cancellation.ThrowIfCancellationRequested();
            if (SubjectOf(store, digest) is { } subject)
            {
                (waiting.TryGetValue(subject, out var about) ? about : waiting[subject] = []).Add(digest);
            }
            else
            {
                others.Add(digest);
            }
        }

        var subjects = new Queue<Digest>(waiting.Keys.Where(names.ContainsKey).ToList());
        while (subjects.TryDequeue(out var subject))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!waiting.Remove(subject, out var about))
            {
                continue;
            }

            foreach (var digest in about)
            {
                foreach (var name in names[subject])
                {
                    BrokenImage.Guard(sources, name, null, () => ImageWalk.Add(sources, store, new ImageReference(name, null, digest), digest));
                    Note(names, name, [digest]);
                }

                subjects.Enqueue(digest);
            }
        }

        return [.. others, .. waiting.Values.SelectMany(about => about)];
    }

    private static void Note(Dictionary<Digest, HashSet<ImageName>> names, ImageName name, IEnumerable<Digest> digests)
    {
        foreach (var digest in digests)
        {
            if (!names.TryGetValue(digest, out var known))
            {
                names.Add(digest, known = []);
            }

            known.Add(name);
        }
    }

    // What cannot be read is about nothing.
    private static Digest? SubjectOf(ImageStore store, Digest digest)
    {
        try
        {
            return store.Manifest(digest) is { } location && location.Length <= Limits.Manifest ? Model.Manifest.Parse(location.ReadAll(Limits.Manifest)).Subject?.Digest : null;
        }
        catch (Exception e) when (e is FormatException or BundleException)
        {
            return null;
        }
    }
}
