using Bundle.Model;

namespace Bundle.Index;

/// <summary>The rules of signatures (spec IDX-11).</summary>
internal static class SignatureRules
{
    /// <summary>Refuses signatures that break a rule.</summary>
    public static void Check(BundleIndex index)
    {
        var sizes = new Dictionary<Digest, long>();
        foreach (var image in index.Images)
        {
            IndexSignature? before = null;
            foreach (var signature in image.Signatures)
            {
                if (signature.Number < 1 || (before is not null && Compare(before, signature) >= 0))
                {
                    throw Wrong(image, "are not in order");
                }

                if (signature.Size is < 0 or > Limits.Signature || (!sizes.TryAdd(signature.Digest, signature.Size) && sizes[signature.Digest] != signature.Size))
                {
                    throw Wrong(image, "have an impossible size");
                }

                before = signature;
            }
        }

        CheckTargets(index);
    }

    /// <summary>The order of an image's signatures.</summary>
    public static int Compare(IndexSignature left, IndexSignature right) =>
        left.Manifest.CompareTo(right.Manifest) is not 0 and var order ? order : left.Number.CompareTo(right.Number);

    // Images of the same manifest are looked at together, so that each manifest is walked once.
    private static void CheckTargets(BundleIndex index)
    {
        var walk = new ManifestWalk(index);
        var below = new List<int>();
        foreach (var group in index.Images.Where(SignsBelow).GroupBy(image => image.Digest))
        {
            walk.Begin();
            below.Clear();
            walk.Visit(ImageClosure.Root(index, group.First()), below);
            foreach (var image in group)
            {
                if (!image.Signatures.All(signature => walk.Saw(signature.Manifest)))
                {
                    throw Wrong(image, "are of a manifest that it does not have");
                }
            }
        }
    }

    private static bool SignsBelow(IndexImage image) => image.Signatures.Any(signature => signature.Manifest != image.Digest);

    private static Faults.BundleException Wrong(IndexImage image, string what) =>
        IndexFaults.Invalid("the signatures of " + image.Name.Full + " " + what + " [IDX-11]");
}
