namespace Bundle.Index;

/// <summary>The blobs that images need (spec IDX-14).</summary>
public static class ImageClosure
{
    /// <summary>The positions of all blobs reached from an image's manifest, itself included, but for what is left out; ascending, each once.</summary>
    public static IReadOnlyList<int> Of(BundleIndex index, IndexImage image)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(image);
        var entered = new HashSet<int>();
        var reached = new HashSet<int>();
        var stack = new Stack<int>([Root(index, image)]);
        while (stack.TryPop(out var position))
        {
            if (!entered.Add(position))
            {
                continue;
            }

            var blob = index.Blobs[position];
            reached.Add(position);
            reached.UnionWith(blob.Layers);
            if (blob.Config is { } config)
            {
                reached.Add(config);
            }

            foreach (var child in (blob.Manifests ?? []).Where(child => index.Blobs[child].Data != BlobData.Omitted))
            {
                stack.Push(child);
            }
        }

        var result = reached.ToArray();
        Array.Sort(result);
        return result;
    }

    /// <summary>For each blob, whether it is reached from one of some images; what is left out never is.</summary>
    public static bool[] Reach(BundleIndex index, IEnumerable<IndexImage> images)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(images);
        var reached = new bool[index.Blobs.Count];
        var walk = new ManifestWalk(index);
        walk.Begin();
        var manifests = new List<int>();
        foreach (var image in images)
        {
            walk.Visit(Root(index, image), manifests);
        }

        foreach (var position in manifests)
        {
            var blob = index.Blobs[position];
            reached[position] = true;
            if (blob.Config is { } config)
            {
                reached[config] = true;
            }

            foreach (var layer in blob.Layers)
            {
                reached[layer] = true;
            }
        }

        return reached;
    }

    /// <summary>The position of an image's manifest.</summary>
    internal static int Root(BundleIndex index, IndexImage image) => index.Position(image.Digest)
        ?? throw IndexFaults.Invalid("the manifest of " + image.Name.Full + " is no blob of the index [IDX-10]");
}
