using Bundle.Format;
using Bundle.Index;
using Bundle.Keys;
using Bundle.Model;
using Bundle.Reading;

namespace Bundle.List;

/// <summary>Tells what a package holds, from its head alone.</summary>
public static class Lister
{
    /// <summary>Reads the index, and nothing behind it.</summary>
    /// <param name="keys">The keys of which one has to have signed the package; null where signatures are told and not checked.</param>
    /// <exception cref="Faults.BundleException">The head is damaged, the input is no bundle, or it is not signed as it has to be.</exception>
    public static Listing Run(PackageInput input, TrustedKeys? keys = null)
    {
        using var file = PackageFile.Open(input);
        var head = PackageHead.Read(file.Frames(), keys is null ? null : keys.Require);
        return Of(head.Index, head.BundleDigest, file.Length) with
        {
            Signatures = keys?.Check(head.IndexBytes, head.Signatures) ?? SignatureReport.Of(head.Signatures),
        };
    }

    /// <summary>The same of an index that was read already.</summary>
    public static Listing Of(BundleIndex index, Digest bundleDigest, long? packageSize)
    {
        ArgumentNullException.ThrowIfNull(index);
        var (images, treeSize, treeBlobs) = TreeSizes.Of(index);
        return new Listing(index, bundleDigest, packageSize, images, treeSize, treeBlobs, index.PackageBytes);
    }
}

/// <summary>The content of a package, with what is shared.</summary>
/// <param name="PackageSize">Null for a stream.</param>
/// <param name="TreeSize">What the images would take as separate folders, in bytes.</param>
/// <param name="TreeBlobs">How many files that would be, manifests included.</param>
/// <param name="BlobSize">What the distinct blobs in the package take, in bytes.</param>
public sealed record Listing(
    BundleIndex Index, Digest BundleDigest, long? PackageSize, IReadOnlyList<ListedImage> Images, long TreeSize, int TreeBlobs, long BlobSize)
{
    /// <summary>The package's signatures, and what is known of them.</summary>
    public SignatureReport Signatures { get; init; } = SignatureReport.Of([]);
}

/// <summary>An image of a <see cref="Listing"/>.</summary>
/// <param name="Size">Its manifests, configs and layers, in bytes.</param>
/// <param name="Shared">How much of that other images have too, in bytes.</param>
public sealed record ListedImage(IndexImage Image, int Blobs, long Size, long Shared);
