using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Reading;

namespace Bundle.List;

/// <summary>Tells what a package holds, from its head alone.</summary>
public static class Lister
{
    /// <summary>Reads the index, and nothing behind it.</summary>
    /// <exception cref="Faults.BundleException">The head is damaged, or the input is no bundle.</exception>
    public static Listing Run(PackageInput input)
    {
        using var file = PackageFile.Open(input);
        var head = PackageHead.Read(file.Frames());
        var index = head.Index;
        var users = new int[index.Blobs.Count];
        var closures = index.Images.Select(image => ImageClosure.Of(index, image)).ToList();
        foreach (var blob in closures.SelectMany(blobs => blobs))
        {
            users[blob]++;
        }

        var images = new List<ListedImage>(index.Images.Count);
        foreach (var (image, blobs) in index.Images.Zip(closures))
        {
            var size = blobs.Sum(blob => index.Blobs[blob].Size);
            images.Add(new ListedImage(image, blobs.Count, size, blobs.Where(blob => users[blob] > 1).Sum(blob => index.Blobs[blob].Size)));
        }

        // A folder for each reference: an image with two tags is there twice.
        var treeSize = images.Sum(i => i.Size * i.Image.References.Count());
        var treeBlobs = images.Sum(i => i.Blobs * i.Image.References.Count());
        return new Listing(index, head.BundleDigest, file.Length, images, treeSize, treeBlobs, index.Blobs.Sum(blob => blob.Size));
    }
}

/// <summary>The content of a package, with what is shared.</summary>
/// <param name="PackageSize">Null for a stream.</param>
/// <param name="TreeSize">What the images would take as separate folders, in bytes.</param>
/// <param name="TreeBlobs">How many files that would be, manifests included.</param>
/// <param name="BlobSize">What the distinct blobs take, in bytes.</param>
public sealed record Listing(
    BundleIndex Index, Digest BundleDigest, long? PackageSize, IReadOnlyList<ListedImage> Images, long TreeSize, int TreeBlobs, long BlobSize);

/// <summary>An image of a <see cref="Listing"/>.</summary>
/// <param name="Size">Its manifests, configs and layers, in bytes.</param>
/// <param name="Shared">How much of that other images have too, in bytes.</param>
public sealed record ListedImage(IndexImage Image, int Blobs, long Size, long Shared);
