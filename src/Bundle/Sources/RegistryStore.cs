using System.Collections.Concurrent;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Sources;

/// <summary>
/// A repository of a live registry. What an image needs is looked for ahead of the walk, many requests at once: manifests
/// and small configs are fetched, of all else it is asked whether it is there.
/// </summary>
/// <param name="mostHeld">The bytes of manifests and configs that may be fetched.</param>
/// <param name="most">The manifests that may be.</param>
internal sealed class RegistryStore(SourceSet sources, RegistryRepository repository, CancellationToken cancellation, long mostHeld = Limits.RegistryHeld, int most = Limits.Count) : ImageStore
{
    private long _held;
    private readonly ConcurrentDictionary<Digest, Lazy<Task>> _loads = new();
    private readonly ConcurrentDictionary<Digest, Lazy<Task>> _checks = new();
    private readonly ConcurrentDictionary<Digest, RemoteManifest> _manifests = new();
    private readonly ConcurrentDictionary<Digest, BlobLocation> _blobs = new();

    /// <inheritdoc/>
    public override string Origin => RegistryNames.Transport + repository.FullName;

    /// <inheritdoc/>
    public override string Remedy => "the registry has lost a part of the image: push it again";

    /// <inheritdoc/>
    public override BlobLocation? Manifest(Digest digest) =>
        _manifests.TryGetValue(digest, out var manifest) ? new MemoryLocation(PlaceOf(digest, isManifest: true), manifest.Bytes, isRemote: true) : null;

    /// <inheritdoc/>
    public override BlobLocation? Blob(Descriptor blob) => _blobs.GetValueOrDefault(blob.Digest);

    /// <inheritdoc/>
    public override string PlaceOf(Digest digest, bool isManifest) => $"{Origin}, {(isManifest ? "manifest" : "blob")} {digest}";

    /// <summary>Fetches the manifest of a reference, and looks for all that it needs; null where there is no such image.</summary>
    public async Task<Digest?> Load(ImageReference reference)
    {
        if (reference.Digest is { } digest)
        {
            await Load(digest);
            return _manifests.ContainsKey(digest) ? digest : null;
        }

        if (await sources.Registries.InTurn(() => repository.GetManifest(reference.Tag!, cancellation), cancellation) is not { } root)
        {
            return null;
        }

        Keep(root);
        await Load(root.Digest);
        return root.Digest;
    }

    /// <summary>
    /// What belongs to an image without being part of it: what refers to it, or to something below it, by <c>subject</c>,
    /// and what cosign puts under tags made of its digest.
    /// </summary>
    /// <param name="tags">All tags of the repository.</param>
    public async Task<IReadOnlyList<(ImageReference Name, Digest Digest)>> Companions(ImageName name, Digest root, IReadOnlySet<string> tags)
    {
        var found = new List<(ImageReference, Digest)>();
        var asked = new HashSet<Digest>();
        // A signature of a signature may have one too: breadth first, as deep as manifests nest.
        List<Digest> next = [root];
        for (var depth = 0; next.Count > 0 && depth < Limits.ManifestDepth; depth++)
        {
            var subjects = new List<Digest>();
            foreach (var digest in next)
            {
                AddBelow(digest, asked, subjects);
            }

            next = [];
            foreach (var subject in subjects)
            {
                var fallback = RegistryNames.FallbackTag(subject);
                var byTag = tags.Where(tag => tag == fallback || tag.StartsWith(fallback + ".", StringComparison.Ordinal)).Select(tag => new ImageReference(name, tag, null));
                var listed = new HashSet<Digest>();
                foreach (var reference in byTag)
                {
                    if (await Load(reference) is { } digest)
                    {
                        found.Add((reference, digest));
                        next.Add(digest);
                        listed.UnionWith(_manifests[digest].Manifest.Manifests?.Select(one => one.Digest) ?? []);
                        listed.Add(digest);
                    }
                }

                // What the fallback tag lists comes as that list; a registry that got the API later may know more.
                var byApi = await sources.Registries.InTurn(() => repository.Referrers(subject, cancellation), cancellation);
                foreach (var reference in byApi.Where(one => !listed.Contains(one.Digest)).Select(one => new ImageReference(name, null, one.Digest)))
                {
                    if (await Load(reference) is { } digest)
                    {
                        found.Add((reference, digest));
                        next.Add(digest);
                    }
                }
            }
        }

        return found;
    }

    // Each once: a list can name one child many times, and that child another one.
    private void AddBelow(Digest digest, HashSet<Digest> asked, List<Digest> found)
    {
        if (!_manifests.TryGetValue(digest, out var manifest) || !asked.Add(digest))
        {
            return;
        }

        found.Add(digest);
        foreach (var child in Kept(manifest.Manifest))
        {
            AddBelow(child.Digest, asked, found);
        }
    }

    private IReadOnlySet<Descriptor> Kept(Manifest manifest) => sources.Platforms.Choose(manifest.Manifests ?? []);

    private Task Load(Digest digest, int depth = 1) => _loads.GetOrAdd(digest, one => new Lazy<Task>(() => LoadNow(one, depth))).Value;

    private async Task LoadNow(Digest digest, int depth)
    {
        // The walk refuses what nests deeper; here it is enough not to follow it.
        if (depth > Limits.ManifestDepth)
        {
            return;
        }

        if (!_manifests.TryGetValue(digest, out var manifest))
        {
            manifest = await sources.Registries.InTurn(() => repository.GetManifest(digest, cancellation), cancellation);
            if (manifest is null)
            {
                return;
            }

            Keep(manifest);
        }

        if (_manifests.Count > most)
        {
            throw new Fault(FaultId.TooMuch, $"{Origin} has more than {most} manifests for the images that are wanted") { Entry = Origin }.ToException();
        }

        var config = manifest.Manifest.Config;
        await Task.WhenAll([
            .. Kept(manifest.Manifest).Select(child => Load(child.Digest, depth + 1)),
            .. manifest.Manifest.Layers.Select(layer => Check(layer, fetch: false)),
            .. config is null ? (Task[])[] : [Check(config, fetch: config.Size < Limits.Large)],
        ]);
    }

    private void Keep(RemoteManifest manifest)
    {
        if (_manifests.TryAdd(manifest.Digest, manifest))
        {
            Hold(manifest.Bytes);
        }
    }

    private byte[] Hold(byte[] bytes) => Interlocked.Add(ref _held, bytes.Length) <= mostHeld ? bytes
        : throw new Fault(FaultId.TooMuch, $"the manifests and configs of {Origin} take more than {mostHeld} bytes") { Entry = Origin, Hint = "name fewer images of this repository" }.ToException();

    private Task Check(Descriptor blob, bool fetch) => _checks.GetOrAdd(blob.Digest, _ => new Lazy<Task>(() => CheckNow(blob, fetch))).Value;

    private async Task CheckNow(Descriptor blob, bool fetch)
    {
        // What another source has need not be fetched, and what it is worth is checked when it is read.
        var location = sources.Find(blob.Digest);
        if (location is null && await sources.Registries.InTurn(() => repository.HasBlob(blob.Digest, blob.Size, cancellation), cancellation))
        {
            location = fetch
                ? new MemoryLocation(PlaceOf(blob.Digest, isManifest: false), Hold(await sources.Registries.InTurn(() => repository.ReadBlob(blob.Digest, blob.Size, cancellation), cancellation)), isRemote: true)
                : new RemoteLocation(repository, blob.Digest, blob.Size, cancellation);
        }

        if (location is not null)
        {
            _blobs.TryAdd(blob.Digest, location);
        }
    }
}
