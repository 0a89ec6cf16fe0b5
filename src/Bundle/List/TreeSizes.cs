using Bundle.Index;

namespace Bundle.List;

/// <summary>What the images of an index would take as separate folders.</summary>
/// <param name="Bytes">A folder for each reference: an image with two tags is there twice.</param>
/// <param name="Blobs">How many files that would be, manifests included.</param>
internal sealed record TreeSizes(IReadOnlyList<ListedImage> Images, long Bytes, int Blobs)
{
    public static TreeSizes Of(BundleIndex index)
    {
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

        return new TreeSizes(images, images.Sum(i => i.Size * i.Image.References.Count()), images.Sum(i => i.Blobs * i.Image.References.Count()));
    }
}
