using Bundle.Model;

namespace Bundle.Index;

/// <summary>The rules of blobs (spec IDX-12, IDX-13, IDX-15).</summary>
internal static class BlobRules
{
    /// <summary>Refuses blobs that break a rule.</summary>
    public static void Check(IReadOnlyList<IndexBlob> blobs)
    {
        foreach (var blob in blobs)
        {
            CheckAlone(blob, blobs.Count);
        }

        CheckOmitted(blobs);

        // Only after every position is known to be in range.
        foreach (var blob in blobs)
        {
            if (blob.Manifests?.Any(child => !blobs[child].IsManifest && blobs[child].Data != BlobData.Omitted) == true)
            {
                throw Wrong(blob, "names a child that is no manifest", "IDX-12");
            }
        }

        CheckOrder(blobs);
        CheckDepth(blobs);
    }

    private static void CheckAlone(IndexBlob blob, int count)
    {
        if (blob.Size < 0)
        {
            throw Wrong(blob, "has a negative size", "IDX-1");
        }

        if (!MediaTypes.IsValid(blob.MediaType))
        {
            throw Wrong(blob, "has no valid media type", "IDX-12");
        }

        if (blob.Config is not null && blob.Manifests is not null)
        {
            throw Wrong(blob, "has both config and manifests", "IDX-12");
        }

        if (blob.Config is null && blob.Layers.Count > 0)
        {
            throw Wrong(blob, "has layers without a config", "IDX-12");
        }

        if ((blob.Config is not null && !MediaTypes.IsImage(blob.MediaType)) || (blob.Manifests is not null && !MediaTypes.IsList(blob.MediaType)))
        {
            throw Wrong(blob, "names blobs that its media type " + blob.MediaType + " does not name", "IDX-12");
        }

        if (IsOutside(blob.Config ?? 0, count) || blob.Layers.Any(at => IsOutside(at, count)) || blob.Manifests?.Any(at => IsOutside(at, count)) == true)
        {
            throw Wrong(blob, "names a position that does not exist", "IDX-12");
        }

        if (blob.IsManifest && blob.Data != BlobData.Package)
        {
            throw Wrong(blob, "is a manifest, whose data is always in the package", "IDX-18");
        }

        if ((blob.IsManifest || blob.Data == BlobData.Omitted) && blob.Size > Limits.Manifest)
        {
            throw IndexFaults.Limit("the manifest " + blob.Digest + " is too large");
        }
    }

    // A child that is left out is a child and nothing else: no image can be put together without a config or a layer.
    private static void CheckOmitted(IReadOnlyList<IndexBlob> blobs)
    {
        foreach (var blob in blobs)
        {
            if (blob.Layers.Concat(blob.Config is { } config ? [config] : []).Any(at => blobs[at].Data == BlobData.Omitted))
            {
                throw Wrong(blob, "needs a blob that is left out", "IDX-19");
            }
        }
    }

    private static void CheckOrder(IReadOnlyList<IndexBlob> blobs)
    {
        var configs = new bool[blobs.Count];
        foreach (var blob in blobs)
        {
            if (blob.Config is { } config)
            {
                configs[config] = true;
            }
        }

        static bool IsFirst(IndexBlob blob) => blob.IsManifest || blob.Data == BlobData.Omitted;
        for (var i = 1; i < blobs.Count; i++)
        {
            var (before, after) = (blobs[i - 1], blobs[i]);
            var sections = BlobOrder.Section(IsFirst(before), configs[i - 1], before.Size).CompareTo(BlobOrder.Section(IsFirst(after), configs[i], after.Size));
            if (sections > 0 || (sections == 0 && before.Digest >= after.Digest))
            {
                throw Wrong(after, "is not in order", "IDX-13");
            }
        }

        if (new BlobMap(blobs).Count != blobs.Count)
        {
            throw IndexFaults.Invalid("a blob occurs twice [IDX-13]");
        }
    }

    // In round n, those stay that have n manifests below each other under them: in a cycle, always; no recursion needed.
    private static void CheckDepth(IReadOnlyList<IndexBlob> blobs)
    {
        var deep = Enumerable.Range(0, blobs.Count).Where(i => blobs[i].Manifests is not null).ToList();
        var height = new int[blobs.Count];
        for (var round = 1; round < Limits.ManifestDepth; round++)
        {
            var least = round - 1;
            deep = [.. deep.Where(i => blobs[i].Manifests!.Any(child => height[child] >= least))];
            foreach (var i in deep)
            {
                height[i] = round;
            }
        }

        foreach (var i in deep)
        {
            if (blobs[i].Manifests!.Any(child => height[child] >= Limits.ManifestDepth - 1))
            {
                throw Wrong(blobs[i], "nests manifests too deep, or in a cycle", "IDX-15");
            }
        }
    }

    private static bool IsOutside(int position, int count) => position < 0 || position >= count;

    private static Faults.BundleException Wrong(IndexBlob blob, string what, string id) =>
        IndexFaults.Invalid("the blob " + blob.Digest + " " + what + " [" + id + "]");
}
