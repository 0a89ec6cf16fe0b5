using System.Runtime.InteropServices;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Reading;
using Bundle.Sources;

namespace Bundle.Extract;

/// <summary>Of images that are lists, the one for a platform: for forms that know no lists.</summary>
internal static class SinglePlatform
{
    /// <summary>The platform of this machine.</summary>
    public static string OfMachine => "linux/" + RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>The images with lists replaced by what they have for a platform; images that are no lists stay as they are.</summary>
    /// <param name="platform">As <c>os/architecture[/variant]</c>; null for this machine's.</param>
    /// <exception cref="BundleException">A list has nothing for it; all such are told at once.</exception>
    public static IReadOnlyList<IndexImage> Choose(
        HeldFrames frames, int first, PackageLayout layout, IReadOnlyList<IndexImage> images, string? platform)
    {
        var index = layout.Index;
        var walk = new ManifestWalk(index);
        var manifests = new List<int>();
        walk.Begin();
        foreach (var image in images)
        {
            walk.Visit(ImageClosure.Root(index, image), manifests);
        }

        var wanted = manifests.Where(position => index.Blobs[position].Manifests is not null).ToHashSet();
        if (wanted.Count == 0)
        {
            return images;
        }

        var lists = ManifestPreview.Read(frames, first, layout, wanted);
        var selection = new PlatformSelection([platform ?? OfMachine]);
        var chosen = images.Select(image => (Image: image, Child: Find(index, lists, selection, ImageClosure.Root(index, image), 1))).ToList();
        var without = chosen.Where(pair => pair.Child is null).Select(pair => pair.Image).ToList();
        if (without.Count > 0)
        {
            throw new Fault(FaultId.ImageUnknown, $"{string.Join(", ", without.Select(image => $"{image.References.First()} (which has {string.Join(", ", image.Platforms)})"))} "
                + $"has nothing for {platform ?? OfMachine}")
            {
                Images = [.. without.SelectMany(image => image.References)],
                Hint = "choose one of its platforms with --platform, or leave it out with --image",
            }.ToException();
        }

        return [.. chosen.Select(pair => index.Blobs[pair.Child!.Value].Digest == pair.Image.Digest ? pair.Image
            : pair.Image with { Digest = index.Blobs[pair.Child.Value].Digest, MediaType = index.Blobs[pair.Child.Value].MediaType })];
    }

    private static int? Find(BundleIndex index, IReadOnlyDictionary<int, Manifest> lists, PlatformSelection selection, int position, int depth)
    {
        if (index.Blobs[position].Manifests is null)
        {
            return position;
        }

        if (depth > Limits.ManifestDepth || !lists.TryGetValue(position, out var list))
        {
            return null;
        }

        foreach (var child in list.Manifests ?? [])
        {
            var isList = MediaTypes.IsList(child.MediaType);
            if ((isList || selection.Names(child)) && index.Position(child.Digest) is { } below && index.Blobs[below].Data != BlobData.Omitted
                && Find(index, lists, selection, below, depth + 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
