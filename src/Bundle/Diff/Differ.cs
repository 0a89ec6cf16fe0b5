using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using Bundle.Registry;
using Bundle.Sources;

namespace Bundle.Diff;

/// <summary>Tells what changed from one bundle to another, from their indexes alone.</summary>
public static class Differ
{
    /// <summary>Compares two bundles: packages, their bundle.json, or sources of images.</summary>
    /// <param name="registry">How live registries are talked to.</param>
    /// <exception cref="BundleException">One is not there, or is none.</exception>
    public static Difference Run(string older, string newer, RegistryOptions registry, CancellationToken cancellation)
    {
        using var registries = new RegistryPool(registry);
        var (before, after) = (KnownIndex.Read(older, cancellation, registries), KnownIndex.Read(newer, cancellation, registries));
        var (old, now) = (References(before.Index), References(after.Index));
        var fresh = after.Index.Blobs.Where(blob => blob.Data != BlobData.Omitted && !before.Blobs.Contains(blob.Digest)).ToList();
        var gone = before.Index.Blobs.Where(blob => blob.Data != BlobData.Omitted && !after.Blobs.Contains(blob.Digest)).ToList();
        var freshDigests = fresh.Select(blob => blob.Digest).ToHashSet();
        var changes = new List<ImageChange>();
        foreach (var reference in old.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            var (was, becomes) = (old.GetValueOrDefault(reference), now.GetValueOrDefault(reference));
            if (was?.Digest != becomes?.Digest)
            {
                changes.Add(new ImageChange(reference, was?.Digest, becomes?.Digest, becomes is null ? 0 : NewBytes(after.Index, becomes, freshDigests)));
            }
        }

        return new Difference(before.Digest, after.Digest, changes, now.Count(pair => old.GetValueOrDefault(pair.Key)?.Digest == pair.Value.Digest),
            FileChanges(before.Index, after.Index), fresh.Count, fresh.Sum(blob => blob.Size), gone.Count, gone.Sum(blob => blob.Size));
    }

    private static Dictionary<string, IndexImage> References(BundleIndex index)
    {
        var references = new Dictionary<string, IndexImage>(StringComparer.Ordinal);
        foreach (var image in index.Images)
        {
            foreach (var reference in image.References)
            {
                references[reference] = image;
            }
        }

        return references;
    }

    private static long NewBytes(BundleIndex index, IndexImage image, HashSet<Digest> fresh) =>
        ImageClosure.Of(index, image).Select(position => index.Blobs[position]).Where(blob => fresh.Contains(blob.Digest)).Sum(blob => blob.Size);

    private static List<FileChange> FileChanges(BundleIndex before, BundleIndex after)
    {
        var old = before.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var now = after.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        return [.. old.Keys.Union(now.Keys).Order(Utf8Order.Instance)
            .Select(path => new FileChange(path, old.GetValueOrDefault(path), now.GetValueOrDefault(path))).Where(change => change.Before != change.After)];
    }
}

/// <summary>What changed.</summary>
/// <param name="Images">The references that came, went or changed, in ordinal order.</param>
/// <param name="Unchanged">How many references are what they were.</param>
/// <param name="NewBlobs">Blobs that the older one does not have, of <paramref name="NewBytes"/> bytes: what an incremental package carries.</param>
/// <param name="GoneBlobs">Blobs that the newer one does not need any more, of <paramref name="GoneBytes"/> bytes.</param>
public sealed record Difference(
    Digest Older, Digest Newer, IReadOnlyList<ImageChange> Images, int Unchanged, IReadOnlyList<FileChange> Files,
    int NewBlobs, long NewBytes, int GoneBlobs, long GoneBytes);

/// <summary>A reference that came (no digest before), went (none after) or changed.</summary>
/// <param name="NewBytes">What it has that the older bundle has nowhere.</param>
public sealed record ImageChange(string Reference, Digest? Before, Digest? After, long NewBytes);

/// <summary>An extra file that came, went or changed.</summary>
public sealed record FileChange(string Path, IndexFile? Before, IndexFile? After);
