using Bundle.Faults;

namespace Bundle.Index;

/// <summary>Checks every rule between the parts of an index that can be checked without its blobs (spec section 4).</summary>
public static class IndexValidator
{
    /// <summary>Refuses an index that breaks a rule, with the rule's id.</summary>
    /// <exception cref="BundleException">A rule is broken, or a limit exceeded.</exception>
    public static void Validate(BundleIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        IndexFaults.CheckCount(index.Images.Count, "images");
        IndexFaults.CheckCount(index.Blobs.Count, "blobs");
        IndexFaults.CheckCount(index.Files.Count, "files");
        BlobRules.Check(index.Blobs);
        ImageRules.Check(index);
        SignatureRules.Check(index);
        FileRules.Check(index.Files);
        CheckBases(index);
        CheckReach(index);
        CheckTotal(index);
    }

    private static void CheckBases(BundleIndex index)
    {
        var used = new bool[index.Bases.Count];
        foreach (var blob in index.Blobs.Where(blob => blob.Data == BlobData.Base))
        {
            if (blob.Base < 0 || blob.Base >= used.Length)
            {
                throw IndexFaults.Invalid("the blob " + blob.Digest + " is in a base that does not exist [IDX-4]");
            }

            used[blob.Base] = true;
        }

        if (used.Contains(false))
        {
            throw IndexFaults.Invalid("the base " + index.Bases[Array.IndexOf(used, false)] + " lends nothing [IDX-4]");
        }

        for (var i = 1; i < used.Length; i++)
        {
            if (index.Bases[i - 1] >= index.Bases[i])
            {
                throw IndexFaults.Invalid("the bases are not in order [IDX-4]");
            }
        }
    }

    private static void CheckReach(BundleIndex index)
    {
        var reached = ImageClosure.Reach(index, index.Images);
        foreach (var child in index.Blobs.SelectMany(blob => blob.Manifests ?? []))
        {
            reached[child] |= index.Blobs[child].Data == BlobData.Omitted;
        }

        var orphan = Array.IndexOf(reached, false);
        if (orphan >= 0)
        {
            throw IndexFaults.Invalid("no image has the blob " + index.Blobs[orphan].Digest + " [IDX-14]");
        }
    }

    // Half of what 63 bits hold leaves room for every header and link, so no offset can overflow.
    private static void CheckTotal(BundleIndex index)
    {
        var rest = long.MaxValue / 2;
        var sizes = index.Blobs.Select(blob => blob.Size).Concat(index.Files.Select(file => file.Size))
            .Concat(index.Images.SelectMany(image => image.Signatures).Select(signature => signature.Size));
        foreach (var size in sizes)
        {
            rest -= size;
            if (rest < 0)
            {
                throw IndexFaults.Invalid("the sizes add up to more than 63 bits hold [IDX-1]");
            }
        }
    }
}
