using System.Globalization;
using Bundle.Faults;
using Bundle.Index;
using Bundle.IO;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>Reads one skopeo <c>dir</c> image (containers/image, directory transport).</summary>
internal sealed class DirImage
{
    private const string ManifestName = "manifest.json", VersionName = "version", VersionText = "Directory Transport Version: ";

    private readonly SourceSet _sources;
    private readonly Completeness _completeness;
    private readonly string _folder;
    private readonly ImageReference _reference;
    private readonly List<SourceManifest> _manifests = [];
    private readonly List<IndexSignature> _signatures = [];
    private readonly HashSet<Digest> _seen = [];

    private DirImage(SourceSet sources, Completeness completeness, string folder, ImageReference reference) =>
        (_sources, _completeness, _folder, _reference) = (sources, completeness, folder, reference);

    /// <summary>Whether a folder is an image, if only an unfinished one.</summary>
    public static bool IsImage(string folder) => File.Exists(Path.Combine(folder, ManifestName)) || IsUnfinished(folder);

    /// <summary>Adds the image of a folder, with a name relative to its source.</summary>
    /// <exception cref="BundleException">It is unfinished, badly named or wrong; what it lacks is left to <see cref="Completeness"/>.</exception>
    public static void AddTo(SourceSet sources, Completeness completeness, string folder, string name)
    {
        var reference = ImageReference.TryParse(name) ?? throw new Fault(FaultId.NameInvalid, $"the folder {folder} holds an image, but '{name}' is no image reference")
        {
            Entry = folder,
            Hint = "name the folder NAME:TAG, where NAME has lower-case letters, digits and single separators (. _ -) between them",
        }.ToException();
        var image = new DirImage(sources, completeness, folder, reference);
        image.CheckVersion();
        if (!File.Exists(Path.Combine(folder, ManifestName)))
        {
            throw Invalid(folder, "is an unfinished copy: it has no manifest.json", "fetch the image again");
        }

        image.Read();
    }

    private static bool IsUnfinished(string folder)
    {
        var version = Path.Combine(folder, VersionName);
        return FileStat.Of(version) is { Kind: FileKind.Regular, Size: < 256 } && File.ReadAllText(version).StartsWith(VersionText, StringComparison.Ordinal);
    }

    private static BundleException Invalid(string path, string what, string hint) =>
        new Fault(FaultId.SourceInvalid, $"{path} {what}") { Entry = path, Hint = hint }.ToException();

    private void CheckVersion()
    {
        var path = Path.Combine(_folder, VersionName);
        if (FileStat.Of(path) is not { Kind: FileKind.Regular } stat)
        {
            return;
        }

        var text = stat.Size < 256 ? File.ReadAllText(path).TrimEnd('\n') : "";
        if (text is not (VersionText + "1.1" or VersionText + "1.2" or VersionText + "1.0"))
        {
            throw Invalid(path, "is of a version of the dir format that is not known", "a later version of this program may know it");
        }
    }

    private void Read()
    {
        var bytes = ReadFile(Path.Combine(_folder, ManifestName), Limits.Manifest);
        var digest = Digest.Of(bytes);
        if (_reference.Digest is { } claimed && claimed != digest)
        {
            throw Invalid(_folder, $"is named by {claimed}, but its manifest.json has {digest}",
                "the name may be a list's, and one platform alone was fetched: fetch it with 'skopeo copy --all' or 'skopeo sync --all'");
        }

        AddManifest(Path.Combine(_folder, ManifestName), bytes, digest, 1);
        AddSignatures(digest, "");
        var root = _manifests[0].Manifest;
        var config = root.Config is { } descriptor && MediaTypes.IsImageConfig(descriptor.MediaType) && descriptor.Size <= Limits.Manifest
            && FileStat.Of(BlobPath(descriptor.Digest)) is { Kind: FileKind.Regular } ? ReadFile(BlobPath(descriptor.Digest), Limits.Manifest) : null;
        _sources.Add(new SourceImage(_reference.Name, _reference.Tag, _folder, _manifests, _signatures)
        {
            Platforms = Platforms.Of(root, config),
        });
    }

    private void AddManifest(string path, byte[] bytes, Digest digest, int depth)
    {
        if (!_seen.Add(digest))
        {
            return;
        }

        if (depth > Limits.ManifestDepth)
        {
            throw Invalid(_folder, $"nests lists deeper than {Limits.ManifestDepth}", "push the image anew, with lists that are not nested");
        }

        var manifest = Parse(path, bytes);
        _manifests.Add(new SourceManifest(digest, bytes.Length, manifest, path));
        Offer(digest, bytes.Length, path, "manifest");
        if (manifest.Config is { } config)
        {
            Offer(config.Digest, config.Size, BlobPath(config.Digest), "config");
        }

        foreach (var layer in manifest.Layers)
        {
            Offer(layer.Digest, layer.Size, BlobPath(layer.Digest), "layer");
        }

        foreach (var child in manifest.Manifests ?? [])
        {
            AddChild(child, depth);
        }
    }

    private void AddChild(Descriptor child, int depth)
    {
        var path = Path.Combine(_folder, child.Digest.Hex + ".manifest.json");
        if (FileStat.Of(path) is null)
        {
            _completeness.Missing(Reference, _folder, "manifest", child.Digest, path);
            return;
        }

        var bytes = ReadFile(path, Limits.Manifest);
        if (bytes.Length != child.Size || Digest.Of(bytes) != child.Digest)
        {
            throw Mismatch(path, child.Digest, $"has {bytes.Length} bytes and {Digest.Of(bytes)}, not the {child.Size} bytes and digest that its list gives it");
        }

        AddManifest(path, bytes, child.Digest, depth + 1);
        AddSignatures(child.Digest, child.Digest.Hex + ".");
    }

    private void Offer(Digest digest, long size, string path, string what)
    {
        if (FileStat.Of(path) is not { } stat)
        {
            _completeness.Missing(Reference, _folder, what, digest, path);
            return;
        }

        if (stat.Kind != FileKind.Regular)
        {
            throw Invalid(path, "is no regular file", "fetch the image again");
        }

        if (stat.Size != size)
        {
            throw Mismatch(path, digest, $"has {stat.Size} bytes, and the manifest of {Reference} says {size}");
        }

        _sources.Offer(digest, new BlobLocation(path, 0, size), stat.Identity);
    }

    private void AddSignatures(Digest manifest, string prefix)
    {
        for (var number = 1; ; number++)
        {
            var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{prefix}signature-{number}"));
            if (FileStat.Of(path) is not { } stat)
            {
                return;
            }

            var bytes = ReadFile(path, Limits.Signature);
            var digest = Digest.Of(bytes);
            if (!_signatures.Exists(one => one.Manifest == manifest && one.Number == number))
            {
                _signatures.Add(new IndexSignature(manifest, number, digest, bytes.Length));
                _sources.Offer(digest, new BlobLocation(path, 0, bytes.Length), stat.Identity);
            }
        }
    }

    private string Reference => _reference.ToString();

    private string BlobPath(Digest digest) => Path.Combine(_folder, digest.Hex);

    private BundleException Mismatch(string path, Digest digest, string what) => new Fault(FaultId.BlobMismatch, $"{path} {what}")
    {
        Entry = path,
        Digest = digest,
        Images = [Reference],
        Hint = "the file is damaged or cut: fetch the image again",
    }.ToException();

    private static Manifest Parse(string path, byte[] bytes)
    {
        try
        {
            return Manifest.Parse(bytes);
        }
        catch (FormatException e)
        {
            throw new Fault(FaultId.SourceInvalid, $"{path}: {e.Message}") { Entry = path, Hint = "fetch or push the image again with a current tool" }.ToException(e);
        }
    }

    private static byte[] ReadFile(string path, int limit)
    {
        if (FileStat.Of(path) is not { Kind: FileKind.Regular } stat)
        {
            throw Invalid(path, "is no regular file", "fetch the image again");
        }

        return stat.Size <= limit ? File.ReadAllBytes(path)
            : throw Invalid(path, $"has {stat.Size} bytes, more than the {limit} that are allowed", "push the image anew with fewer entries");
    }
}
