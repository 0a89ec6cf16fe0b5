using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Index;

/// <summary>Gathers images, blobs and files in any order; the same ones always give the same index.</summary>
public sealed class IndexBuilder
{
    private readonly Dictionary<Digest, Entry> _blobs = [];
    private readonly Dictionary<(string Name, Digest Digest), ImageEntry> _images = [];
    private readonly SortedDictionary<Digest, IReadOnlySet<Digest>> _bases = [];
    private readonly Dictionary<string, IndexFile> _files = new(StringComparer.Ordinal);

    /// <summary>Adds a blob, again if need be; unless it is a manifest, it keeps its ordinal smallest media type (spec section 4.3).</summary>
    /// <exception cref="BundleException">It was added with another size.</exception>
    public void AddBlob(Digest digest, long size, string mediaType)
    {
        ArgumentNullException.ThrowIfNull(mediaType);
        var entry = Note(digest, size);
        if (entry.MediaType is null || string.CompareOrdinal(mediaType, entry.MediaType) < 0)
        {
            entry.MediaType = mediaType;
        }
    }

    /// <summary>Adds a manifest, and the config and layers that it names; a list's children have to be added as manifests of their own.</summary>
    /// <exception cref="BundleException">A size contradicts one that was given before.</exception>
    public void AddManifest(Digest digest, long size, Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var entry = Note(digest, size);
        entry.Blob = new UnorderedBlob(digest, size, manifest.MediaType, manifest.Config?.Digest,
            [.. manifest.Layers.Select(layer => layer.Digest)], manifest.Manifests?.Select(child => child.Digest).ToArray());
        foreach (var part in manifest.Config is { } config ? manifest.Layers.Prepend(config) : manifest.Layers)
        {
            AddBlob(part.Digest, part.Size, part.MediaType);
        }

        foreach (var child in manifest.Manifests ?? [])
        {
            Note(child.Digest, child.Size).NoteChild(child.MediaType);
        }
    }

    /// <summary>Says that a list's child may be left out; where it is added all the same, it is there.</summary>
    /// <exception cref="BundleException">Its size contradicts one that was given before.</exception>
    public void Omit(Descriptor child)
    {
        ArgumentNullException.ThrowIfNull(child);
        Note(child.Digest, child.Size).MayBeOmitted = true;
    }

    /// <summary>Adds a bundle that lends what it has: blobs other than manifests need not be in the package then (spec IDX-18).</summary>
    public void AddBase(Digest bundle, IReadOnlySet<Digest> blobs) => _bases[bundle] = blobs;

    /// <summary>Adds an image; one of the same name and digest takes over its tags, platforms and signatures.</summary>
    public void AddImage(
        ImageName name, IEnumerable<string> tags, bool byDigest, Digest digest, IEnumerable<string> platforms, IEnumerable<IndexSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_images.TryGetValue((name.Full, digest), out var image))
        {
            _images.Add((name.Full, digest), image = new ImageEntry(name, digest));
        }

        image.Tags.UnionWith(tags);
        image.ByDigest |= byDigest;
        image.Platforms.UnionWith(platforms);
        image.Signatures.UnionWith(signatures);
    }

    /// <summary>Adds an extra file.</summary>
    /// <exception cref="BundleException">Another one has its path.</exception>
    public void AddFile(IndexFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!_files.TryAdd(file.Path, file) && _files[file.Path] != file)
        {
            throw new Fault(FaultId.SourceInvalid, "two different files would be " + IndexFaults.Shown(file.Path)).ToException();
        }
    }

    /// <summary>The index, ordered and valid.</summary>
    /// <exception cref="BundleException">A manifest or blob was not added, two images claim a tag, or what was added breaks a rule.</exception>
    public BundleIndex Build()
    {
        var (lent, bases) = Lent();
        var blobs = BlobOrder.Sort(_blobs.Where(pair => pair.Value.IsThere || pair.Value.MayBeOmitted).Select(pair => pair.Value.Blob
            ?? new UnorderedBlob(pair.Key, pair.Value.Size, pair.Value.MediaType ?? pair.Value.ChildType!, null, [], null)
            {
                Data = !pair.Value.IsThere ? BlobData.Omitted : lent.ContainsKey(pair.Key) ? BlobData.Base : BlobData.Package,
                Base = lent.GetValueOrDefault(pair.Key),
            }));
        var images = _images.Values.Select(ToImage).ToArray();
        Array.Sort(images, ImageRules.Compare);
        if (ImageRules.FirstConflict(images) is var (first, second, tag))
        {
            throw new Fault(FaultId.NameConflict, "the tag " + tag + " would point to both " + first.Digest + " (" + first.Name.Full + ") and "
                + second.Digest + " (" + second.Name.Full + ")")
            { Images = [first.Name.Full + ":" + tag, second.Name.Full + ":" + tag] }.ToException();
        }

        var index = new BundleIndex(images, blobs, [.. _files.Values.OrderBy(file => file.Path, Utf8Order.Instance)]) { Bases = bases };
        try
        {
            IndexValidator.Validate(index);
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.LimitExceeded)
        {
            throw (e.Fault with { Id = FaultId.TooMuch, Entry = null, Hint = "make several packages, each of some of the images (--image)" }).ToException(e);
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.IndexInvalid)
        {
            // No package is at fault here, but what it would be made from.
            throw (e.Fault with { Id = FaultId.SourceInvalid, Entry = null, Hint = null }).ToException(e);
        }

        return index;
    }

    // Of several bases that have a blob, the first one lends it; bases that lend nothing are none.
    private (Dictionary<Digest, int> Lent, Digest[] Bases) Lent()
    {
        var lent = new Dictionary<Digest, int>();
        var bases = new List<Digest>();
        foreach (var (bundle, blobs) in _bases)
        {
            var before = lent.Count;
            foreach (var (digest, entry) in _blobs)
            {
                if (entry.Blob is null && entry.IsThere && blobs.Contains(digest))
                {
                    lent.TryAdd(digest, bases.Count);
                }
            }

            if (lent.Count > before)
            {
                bases.Add(bundle);
            }
        }

        return (lent, [.. bases]);
    }

    private IndexImage ToImage(ImageEntry image)
    {
        if (!_blobs.TryGetValue(image.Digest, out var entry) || entry.Blob is not { } manifest)
        {
            throw new Fault(FaultId.BlobMissing, "the manifest " + image.Digest + " of " + image.Name.Full + " is not there") { Digest = image.Digest }.ToException();
        }

        return new IndexImage(image.Name, [.. image.Tags], image.ByDigest || image.Tags.Count == 0, image.Digest, manifest.MediaType,
            [.. image.Platforms], [.. image.Signatures.GroupBy(signature => signature.Manifest).SelectMany(Numbered).Order(SignatureOrder)]);
    }

    private static readonly Comparer<IndexSignature> SignatureOrder = Comparer<IndexSignature>.Create(SignatureRules.Compare);

    // Numbers say nothing but an order; where two sources use the same ones, they are given anew.
    private static IEnumerable<IndexSignature> Numbered(IEnumerable<IndexSignature> ofManifest)
    {
        IndexSignature[] distinct = [.. ofManifest.OrderBy(signature => signature.Number).ThenBy(signature => signature.Digest)
            .ThenBy(signature => signature.Size).DistinctBy(signature => (signature.Digest, signature.Size))];
        return distinct.DistinctBy(signature => signature.Number).Count() == distinct.Length
            ? distinct : distinct.Select((signature, i) => signature with { Number = i + 1 });
    }

    private Entry Note(Digest digest, long size)
    {
        if (!_blobs.TryGetValue(digest, out var entry))
        {
            _blobs.Add(digest, entry = new Entry(size));
        }

        return entry.Size == size ? entry
            : throw new Fault(FaultId.BlobMismatch, "the size of " + digest + " is given in two different ways") { Digest = digest }.ToException();
    }

    private sealed class Entry(long size)
    {
        public long Size => size;

        public string? MediaType { get; set; }

        public UnorderedBlob? Blob { get; set; }

        /// <summary>The ordinal smallest media type that a list gives it; null where none names it.</summary>
        public string? ChildType { get; private set; }

        /// <summary>Whether it may be left out.</summary>
        public bool MayBeOmitted { get; set; }

        public void NoteChild(string mediaType)
        {
            if (ChildType is null || string.CompareOrdinal(mediaType, ChildType) < 0)
            {
                ChildType = mediaType;
            }
        }

        /// <summary>Whether it was added, not just named by a list.</summary>
        public bool IsThere => MediaType is not null || Blob is not null;
    }

    private sealed class ImageEntry(ImageName name, Digest digest)
    {
        public ImageName Name => name;

        public Digest Digest => digest;

        public SortedSet<string> Tags { get; } = new(StringComparer.Ordinal);

        public bool ByDigest { get; set; }

        public SortedSet<string> Platforms { get; } = new(StringComparer.Ordinal);

        public HashSet<IndexSignature> Signatures { get; } = [];
    }
}
