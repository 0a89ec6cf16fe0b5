using Bundle.Model;

namespace Bundle.Index;

/// <summary>The rules of images (spec IDX-5 to IDX-10).</summary>
internal static class ImageRules
{
    /// <summary>Refuses images that break a rule.</summary>
    public static void Check(BundleIndex index)
    {
        for (var i = 0; i < index.Images.Count; i++)
        {
            if (i > 0 && Compare(index.Images[i - 1], index.Images[i]) >= 0)
            {
                throw IndexFaults.Invalid("images are not in order [IDX-5]");
            }

            CheckAlone(index, index.Images[i]);
        }

        if (FirstConflict(index.Images) is var (first, second, tag))
        {
            throw IndexFaults.Invalid("the tag " + tag + " of " + first.Name.Repository + " points to both "
                + first.Digest + " and " + second.Digest + " [IDX-8]");
        }
    }

    /// <summary>The order of images (spec IDX-5).</summary>
    public static int Compare(IndexImage left, IndexImage right) =>
        left.Name.CompareTo(right.Name) is not 0 and var order ? order : left.Digest.CompareTo(right.Digest);

    /// <summary>Two images of which a tag of a repository points to both; null where there are none (spec IDX-8).</summary>
    public static (IndexImage First, IndexImage Second, string Tag)? FirstConflict(IReadOnlyList<IndexImage> images)
    {
        // A repository whose only image this is needs no look: its own tags are distinct.
        var shared = images.GroupBy(image => image.Name.Repository, StringComparer.Ordinal).Where(group => group.Skip(1).Any());
        var owners = new Dictionary<string, IndexImage>(StringComparer.Ordinal);
        foreach (var group in shared)
        {
            owners.Clear();
            foreach (var image in group)
            {
                foreach (var tag in image.Tags)
                {
                    if (!owners.TryAdd(tag, image) && owners[tag].Digest != image.Digest)
                    {
                        return (owners[tag], image, tag);
                    }
                }
            }
        }

        return null;
    }

    private static void CheckAlone(BundleIndex index, IndexImage image)
    {
        var name = image.Name.Full;
        IndexFaults.CheckCount(image.Tags.Count, "tags of an image");
        foreach (var tag in image.Tags)
        {
            if (!ImageName.IsTag(tag))
            {
                throw IndexFaults.Invalid(IndexFaults.Shown(tag) + " is no valid tag of " + name + " [IDX-8]");
            }
        }

        if (!IsAscending(image.Tags))
        {
            throw IndexFaults.Invalid("the tags of " + name + " are not in order [IDX-8]");
        }

        if (image.Tags.Count == 0 && !image.ByDigest)
        {
            throw IndexFaults.Invalid(name + " goes by neither tag nor digest [IDX-9]");
        }

        var blob = index.Blobs[ImageClosure.Root(index, image)];
        if (!blob.IsManifest || image.MediaType != blob.MediaType)
        {
            throw IndexFaults.Invalid("the digest of " + name + " is not that of a manifest with its media type [IDX-10]");
        }

        if (!image.Platforms.All(Platforms.IsPlatform) || !IsAscending(image.Platforms) || (blob.Config is not null && image.Platforms.Count > 1))
        {
            throw IndexFaults.Invalid("the platforms of " + name + " are not valid or not in order [IDX-10]");
        }
    }

    private static bool IsAscending(IReadOnlyList<string> texts)
    {
        for (var i = 1; i < texts.Count; i++)
        {
            if (string.CompareOrdinal(texts[i - 1], texts[i]) >= 0)
            {
                return false;
            }
        }

        return true;
    }
}
