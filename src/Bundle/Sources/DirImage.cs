using System.Globalization;
using Bundle.Faults;
using Bundle.Index;
using Bundle.IO;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>One skopeo <c>dir</c> image (containers/image, directory transport).</summary>
internal sealed class DirImage : ImageStore
{
    private const string ManifestName = "manifest.json", VersionName = "version", VersionText = "Directory Transport Version: ";

    private readonly string _folder;
    private readonly FileLocation _root;
    private readonly Digest _digest;

    private DirImage(string folder, FileLocation root)
    {
        (_folder, _root) = (folder, root);
        _digest = Digest.Of(root.ReadAll(Limits.Manifest));
    }

    /// <inheritdoc/>
    public override string Origin => _folder;

    /// <inheritdoc/>
    public override string Remedy => "fetch the image again; lists need 'skopeo copy --all' or 'skopeo sync --all', or take less of them with --platform";

    /// <summary>Whether a folder is an image, if only an unfinished one.</summary>
    public static bool IsImage(string folder) => File.Exists(Path.Combine(folder, ManifestName)) || IsUnfinished(folder);

    /// <summary>Adds the image of a folder, with a name relative to its source.</summary>
    /// <exception cref="BundleException">It is unfinished, badly named or wrong.</exception>
    public static void AddTo(SourceSet sources, string folder, string name)
    {
        var reference = ImageReference.TryParse(name) ?? throw new Fault(FaultId.NameInvalid, $"the folder {folder} holds an image, but '{name}' is no image reference")
        {
            Entry = folder,
            Hint = "name the folder NAME:TAG, where NAME has lower-case letters, digits and single separators (. _ -) between them",
        }.ToException();
        CheckVersion(Path.Combine(folder, VersionName));
        var root = FileLocation.Of(Path.Combine(folder, ManifestName)) ?? throw Invalid(folder, "is an unfinished copy: it has no manifest.json", "fetch the image again");
        var image = new DirImage(folder, root);
        if (reference.Digest is { } claimed && claimed != image._digest)
        {
            throw Invalid(folder, $"is named by {claimed}, but its manifest.json has {image._digest}",
                "the name may be a list's, and one platform alone was fetched: fetch it with 'skopeo copy --all' or 'skopeo sync --all'");
        }

        ImageWalk.Add(sources, image, reference, image._digest, image.Signatures(sources));
    }

    /// <inheritdoc/>
    public override BlobLocation? Manifest(Digest digest) => digest == _digest ? _root : FileLocation.Of(PlaceOf(digest, isManifest: true));

    /// <inheritdoc/>
    public override BlobLocation? Blob(Descriptor blob) => FileLocation.Of(PlaceOf(blob.Digest, isManifest: false));

    /// <inheritdoc/>
    public override string PlaceOf(Digest digest, bool isManifest) => Path.Combine(_folder, digest.Hex + (isManifest ? ".manifest.json" : ""));

    private static bool IsUnfinished(string folder)
    {
        var version = Path.Combine(folder, VersionName);
        return FileStat.Of(version) is { Kind: FileKind.Regular, Size: < 256 } && File.ReadAllText(version).StartsWith(VersionText, StringComparison.Ordinal);
    }

    private static void CheckVersion(string path)
    {
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

    // Those of the image come first, then each child's, which are named after it.
    private List<IndexSignature> Signatures(SourceSet sources)
    {
        var signatures = new List<IndexSignature>();
        AddSignatures(sources, signatures, _digest, "");
        foreach (var path in Directory.EnumerateFiles(_folder, "*.signature-1"))
        {
            var hex = Path.GetFileName(path)[..^".signature-1".Length];
            if (Digest.TryParseHex(hex, out var child))
            {
                AddSignatures(sources, signatures, child, hex + ".");
            }
        }

        return signatures;
    }

    private void AddSignatures(SourceSet sources, List<IndexSignature> signatures, Digest manifest, string prefix)
    {
        for (var number = 1; FileLocation.Of(Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{prefix}signature-{number}"))) is { } location; number++)
        {
            var bytes = location.ReadAll(Limits.Signature);
            signatures.Add(new IndexSignature(manifest, number, Digest.Of(bytes), bytes.Length));
            sources.Offer(signatures[^1].Digest, location);
        }
    }

    private static BundleException Invalid(string path, string what, string hint) =>
        new Fault(FaultId.SourceInvalid, $"{path} {what}") { Entry = path, Hint = hint }.ToException();
}
