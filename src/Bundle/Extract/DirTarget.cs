using System.Globalization;
using System.Text;
using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Extract;

/// <summary>
/// A tree of skopeo <c>dir</c> images (containers/image, directory transport); each blob is hard-linked into every image that has
/// it. An image is whole when its <c>manifest.json</c> is there, which therefore comes last.
/// </summary>
internal sealed class DirTarget : FolderTarget
{
    private const string ManifestName = "manifest.json";
    private const int MaxPath = 1024; // longer than any image's folder

    private static readonly byte[] Version = Encoding.ASCII.GetBytes("Directory Transport Version: 1.1\n");

    // A blob's place is the number of a folder: its name there follows from the image.
    private readonly List<(string Path, IndexImage Image)> _folders = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<int>> _places = [], _late = [];

    public DirTarget(ExtractOptions options, BundleIndex index, IReadOnlyList<IndexImage> selected)
        : base(options, index, selected)
    {
        try
        {
            foreach (var image in selected)
            {
                foreach (var reference in image.References)
                {
                    AddFolder(options.Flat ? reference[(reference.LastIndexOf('/') + 1)..] : reference, reference, image);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<int> PlacesOf(int blob) => _places.GetValueOrDefault(blob) ?? [];

    /// <inheritdoc/>
    protected override IReadOnlyList<int> LatePlacesOf(int blob) => _late.GetValueOrDefault(blob) ?? [];

    /// <inheritdoc/>
    protected override string PathOf(int blob, int place) => $"{_folders[place].Path}/{NameIn(_folders[place].Image, blob) ?? ManifestName}";

    /// <inheritdoc/>
    protected override IEnumerable<(int Blob, string Path)> Elsewhere(Predicate<int> lacks, CancellationToken cancellation)
    {
        var folders = new Stack<string>([""]);
        while (folders.TryPop(out var folder))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var name in Root.Names(folder))
            {
                var path = folder.Length == 0 ? name : folder + "/" + name;
                if (Digest.TryParseHex(name.AsSpan(0, Math.Min(64, name.Length)), out var digest))
                {
                    if (name.AsSpan(64) is "" or ".manifest.json" && Index.Position(digest) is { } blob && lacks(blob))
                    {
                        yield return (blob, path);
                    }
                }
                else if (folder.Length < MaxPath && Root.Stat(path) is { Kind: IO.FileKind.Directory })
                {
                    folders.Push(path);
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> Warnings() => [];

    /// <inheritdoc/>
    protected override void Reveal(CancellationToken cancellation)
    {
        foreach (var number in _numbers.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value))
        {
            var (folder, image) = _folders[number];
            cancellation.ThrowIfCancellationRequested();
            WriteSmall(folder + "/version", Version);
            var expected = Expected(image);
            foreach (var signature in image.Signatures)
            {
                WriteSmall($"{folder}/{SignatureName(image, signature)}", Signatures[signature.Digest]);
                expected.Add(SignatureName(image, signature));
            }

            Place(Index.Position(image.Digest)!.Value, number);
            RemoveStale(folder, expected);
        }
    }

    private static string SignatureName(IndexImage image, IndexSignature signature) => string.Create(
        CultureInfo.InvariantCulture, $"{(signature.Manifest == image.Digest ? "" : signature.Manifest.Hex + ".")}signature-{signature.Number}");

    private void AddFolder(string folder, string reference, IndexImage image)
    {
        if (_numbers.TryGetValue(folder, out var number))
        {
            var other = _folders[number].Image;
            if (other.Digest == image.Digest)
            {
                return;
            }

            throw new Fault(FaultId.NameConflict, $"{other.References.First()} and {reference} would both be the folder {folder}")
            {
                Entry = folder,
                Images = [other.References.First(), reference],
                Hint = "leave --flat out, or take one of them with --image",
            }.ToException();
        }

        if (folder.Split('/').Any(component => component.Length > 255))
        {
            throw new Fault(FaultId.NameInvalid, $"{folder} is longer than a file system allows")
            {
                Entry = folder,
                Images = [reference],
                Hint = "extract with --as registry or --as oci",
            }.ToException();
        }

        _numbers.Add(folder, _folders.Count);
        foreach (var blob in ImageClosure.Of(Index, image))
        {
            var lists = NameIn(image, blob) is null ? _late : _places;
            (lists.TryGetValue(blob, out var places) ? places : lists[blob] = []).Add(_folders.Count);
        }

        _folders.Add((folder, image));
    }

    // Null for the image's own manifest, which is placed last.
    private string? NameIn(IndexImage image, int blob)
    {
        var one = Index.Blobs[blob];
        return !one.IsManifest ? one.Digest.Hex : one.Digest == image.Digest ? null : one.Digest.Hex + ".manifest.json";
    }

    private HashSet<string> Expected(IndexImage image) =>
        ImageClosure.Of(Index, image).Select(blob => NameIn(image, blob)).OfType<string>().ToHashSet(StringComparer.Ordinal);

    // What another image of that name left there; only names that skopeo gives are touched.
    private void RemoveStale(string folder, HashSet<string> expected)
    {
        foreach (var name in Root.Names(folder))
        {
            if (!expected.Contains(name) && IsSkopeos(name) && Root.Stat($"{folder}/{name}") is { Kind: IO.FileKind.Regular })
            {
                Root.Remove($"{folder}/{name}");
            }
        }
    }

    private static bool IsSkopeos(string name)
    {
        var rest = name.Length >= 64 && Digest.TryParseHex(name.AsSpan(0, 64), out _) ? name[64..] : name;
        return rest.Length < name.Length
            ? rest is "" or ".manifest.json" || rest.StartsWith(".signature-", StringComparison.Ordinal)
            : name.StartsWith("signature-", StringComparison.Ordinal);
    }
}
