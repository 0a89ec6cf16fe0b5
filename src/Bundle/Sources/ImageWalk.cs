using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>
/// Reads an image out of a store: its manifest, the manifests below it, and where everything is that they need. What is missing
/// is noted, not thrown: the image may not be wanted.
/// </summary>
internal sealed class ImageWalk
{
    private readonly SourceSet _sources;
    private readonly ImageStore _store;
    private readonly string _reference;
    private readonly List<SourceManifest> _manifests = [];
    private readonly List<Descriptor> _omitted = [];
    private readonly List<MissingBlob> _missing = [];
    private readonly HashSet<Digest> _seen = [];

    private ImageWalk(SourceSet sources, ImageStore store, string reference) => (_sources, _store, _reference) = (sources, store, reference);

    /// <summary>Reads an image, and adds it to the sources.</summary>
    /// <param name="name">What the image is called; its digest, where it has one, is not looked at.</param>
    /// <param name="platforms">Those of an image that is no list, where its config may not be at hand; null to read them there.</param>
    /// <exception cref="BundleException">A manifest is wrong, or something does not have its size.</exception>
    public static void Add(
        SourceSet sources, ImageStore store, ImageReference name, Digest digest, IReadOnlyList<IndexSignature>? signatures = null, IReadOnlyList<string>? platforms = null)
    {
        var walk = new ImageWalk(sources, store, name.ToString());
        walk.AddManifest(digest, null, 1);
        if (walk._manifests.Count == 0)
        {
            throw new Fault(FaultId.BlobMissing, $"the manifest {digest} of {name} is missing ({store.PlaceOf(digest, isManifest: true)})")
            {
                Entry = store.Origin,
                Digest = digest,
                Images = [name.ToString()],
                Hint = store.Remedy,
            }.ToException();
        }

        var root = walk._manifests[0].Manifest;
        var present = walk._manifests.Select(one => one.Digest).ToHashSet();
        var omitted = walk._omitted.Select(child => child.Digest).ToHashSet();
        sources.Add(new SourceImage(name.Name, name.Tag, store.Origin, walk._manifests, [.. (signatures ?? []).Where(one => present.Contains(one.Manifest))])
        {
            Platforms = root.Manifests is null ? platforms ?? Platforms.Of(root, walk.ReadConfig(root))
                : Platforms.Of(root with { Manifests = [.. root.Manifests.Where(child => !omitted.Contains(child.Digest))] }, null),
            Omitted = walk._omitted,
            Missing = walk._missing,
        });
    }

    private void AddManifest(Digest digest, Descriptor? by, int depth)
    {
        if (!_seen.Add(digest))
        {
            return;
        }

        if (depth > Limits.ManifestDepth)
        {
            throw new Fault(FaultId.SourceInvalid, $"{_reference} nests lists deeper than {Limits.ManifestDepth} ({_store.Origin})")
            {
                Entry = _store.Origin,
                Hint = "push the image anew, with lists that are not nested",
            }.ToException();
        }

        if (_store.Manifest(digest) is not { } location)
        {
            Miss(MissingBlob.Manifest, digest, isManifest: true);
            return;
        }

        var bytes = location.ReadAll(Limits.Manifest);
        if ((by is not null && bytes.Length != by.Size) || Digest.Of(bytes) != digest)
        {
            throw Mismatch(location, digest, $"has {bytes.Length} bytes and {Digest.Of(bytes)}, not the {(by is null ? "" : $"{by.Size} bytes and ")}digest that it is named by");
        }

        var manifest = Parse(location.Name, bytes);
        _manifests.Add(new SourceManifest(digest, bytes.Length, manifest, location.Name));
        _sources.Offer(digest, location);
        if (manifest.Config is { } config)
        {
            Offer(config, "config");
        }

        foreach (var layer in manifest.Layers)
        {
            Offer(layer, "layer");
        }

        var kept = _sources.Platforms.Choose(manifest.Manifests ?? []);
        foreach (var child in manifest.Manifests ?? [])
        {
            if (kept.Contains(child) && !_store.Omits(child.Digest))
            {
                AddManifest(child.Digest, child, depth + 1);
            }
            else
            {
                _omitted.Add(child);
            }
        }
    }

    private void Offer(Descriptor blob, string what)
    {
        if (!_seen.Add(blob.Digest))
        {
            return;
        }

        if (_store.Blob(blob) is not { } location)
        {
            Miss(what, blob.Digest, isManifest: false);
            return;
        }

        if (location.Length != blob.Size)
        {
            throw Mismatch(location, blob.Digest, $"has {location.Length} bytes, and the manifest of {_reference} says {blob.Size}");
        }

        _sources.Offer(blob.Digest, location);
    }

    private byte[]? ReadConfig(Manifest manifest) =>
        manifest.Config is { } config && MediaTypes.IsImageConfig(config.MediaType) && config.Size <= Limits.Manifest && _sources.Find(config.Digest) is { } location
            ? location.ReadAll(Limits.Manifest) : null;

    private void Miss(string what, Digest digest, bool isManifest) =>
        _missing.Add(new MissingBlob(what, digest, _store.PlaceOf(digest, isManifest), !isManifest && _store.MayLend(digest), _store.Remedy));

    private BundleException Mismatch(BlobLocation location, Digest digest, string what) => new Fault(FaultId.BlobMismatch, $"{location.Name} {what}")
    {
        Entry = location.Name,
        Digest = digest,
        Images = [_reference],
        Hint = "it is damaged or cut: " + _store.Remedy,
    }.ToException();

    private static Manifest Parse(string name, byte[] bytes)
    {
        try
        {
            return Manifest.Parse(bytes);
        }
        catch (FormatException e)
        {
            throw new Fault(FaultId.SourceInvalid, $"{name}: {e.Message}") { Entry = name, Hint = "fetch or push the image again with a current tool" }.ToException(e);
        }
    }
}
