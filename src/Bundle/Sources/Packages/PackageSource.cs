using Bundle.Faults;
using Bundle.Format;
using Bundle.IO;
using Bundle.Model;
using Bundle.Reading;

namespace Bundle.Sources.Packages;

/// <summary>Another package: its images, their signatures, and its extra files, read where they are.</summary>
internal static class PackageSource
{
    /// <summary>Adds the images and files of <c>bundle:FILE</c>.</summary>
    /// <exception cref="BundleException">It is no package, or damaged.</exception>
    public static void AddTo(SourceSet sources, string path, CancellationToken cancellation)
    {
        var package = sources.Own(NamedStream.Blame(path, () => PackageReader.Open(PackageInput.File(path))));
        var store = new PackageStore(package);
        var entries = Entries(package);
        foreach (var image in package.Index.Images)
        {
            foreach (var tag in image.Tags)
            {
                cancellation.ThrowIfCancellationRequested();
                ImageWalk.Add(sources, store, new ImageReference(image.Name, tag, null), image.Digest, image.Signatures, image.Platforms);
            }

            if (image.ByDigest)
            {
                ImageWalk.Add(sources, store, new ImageReference(image.Name, null, image.Digest), image.Digest, image.Signatures, image.Platforms);
            }

            foreach (var signature in image.Signatures)
            {
                sources.Offer(signature.Digest, entries[(EntryKind.Signature, signature.Digest.ToString())]);
            }
        }

        foreach (var file in package.Index.Files)
        {
            sources.Files.Add(file, entries[(EntryKind.File, file.Path)]);
        }
    }

    /// <summary>Whether a file is a package, if only a damaged one.</summary>
    public static bool Is(string path)
    {
        if (FileStat.Of(path) is not { Kind: FileKind.Regular })
        {
            return false;
        }

        using var package = PackageFile.Open(PackageInput.File(path));
        try
        {
            _ = PackageHead.Read(package.Frames());
            return true;
        }
        catch (BundleException e)
        {
            return e.Fault.Id != FaultId.NotABundle;
        }
    }

    private static Dictionary<(EntryKind Kind, string Key), EntryLocation> Entries(PackageReader package)
    {
        var found = new Dictionary<(EntryKind, string), EntryLocation>();
        for (var entry = 0; entry < package.Layout.Entries.Count; entry++)
        {
            var (kind, number, _) = package.Layout.Entries[entry];
            if (kind == EntryKind.Signature)
            {
                var digest = package.Layout.Signatures[number].Digest;
                found.TryAdd((kind, digest.ToString()), new EntryLocation(package, entry, $"{package.Name}: signature {digest}"));
            }
            else if (kind == EntryKind.File)
            {
                found.Add((kind, package.Index.Files[number].Path), new EntryLocation(package, entry, $"{package.Name}: files/{package.Index.Files[number].Path}"));
            }
        }

        return found;
    }
}
