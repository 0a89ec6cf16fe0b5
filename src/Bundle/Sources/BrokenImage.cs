using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>An image that a source names and that cannot be read; it is an error only where the image is wanted.</summary>
/// <param name="Tag">Null for an image that goes by its digest.</param>
internal sealed record BrokenImage(ImageName Name, string? Tag, Fault Fault)
{
    private const int Shown = 10;

    /// <summary>Whether a reference means it.</summary>
    public bool Is(ImageReference reference) => reference.Tag == Tag && reference.Tag is not null
        && (reference.Name.Normalized == Name.Normalized || (reference.Name.Repository == Name.Repository && (reference.Name.Host is null || Name.Host is null)));

    /// <summary>Does something for an image; where its source is wrong, notes that.</summary>
    public static void Guard(SourceSet sources, ImageName name, string? tag, Action add)
    {
        try
        {
            add();
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.SourceInvalid || e.Fault.Id == FaultId.BlobMissing || e.Fault.Id == FaultId.BlobMismatch)
        {
            sources.Add(new BrokenImage(name, tag, e.Fault with { Images = [name.Full + (tag is null ? "" : ":" + tag)] }));
        }
    }

    /// <summary>Tells of some images, all at once.</summary>
    /// <exception cref="BundleException">There are any.</exception>
    public static void Refuse(IReadOnlyList<BrokenImage> images)
    {
        if (images.Count == 0)
        {
            return;
        }

        var first = images[0].Fault;
        var list = string.Join("; ", images.Take(Shown).Select(image => $"{image.Fault.Images[0]}: {image.Fault.Message}"));
        throw (first with
        {
            Message = list + (images.Count > Shown ? $"; and {images.Count - Shown} more" : ""),
            Images = [.. images.SelectMany(image => image.Fault.Images).Distinct(StringComparer.Ordinal)],
            Hint = (first.Hint is { } hint ? hint + "; or l" : "l") + "eave the image out: --image and --images-from say which are taken",
        }).ToException();
    }
}
