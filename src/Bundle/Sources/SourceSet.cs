using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using Bundle.Registry;
using Bundle.Sources.Storage;

namespace Bundle.Sources;

/// <summary>All sources together: their images, and where each blob can be read. Equal blobs are one, wherever they come from.</summary>
/// <remarks>Locations are good until it is disposed of.</remarks>
internal sealed partial class SourceSet(PlatformSelection? platforms = null, RegistryPool? registries = null) : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly List<BrokenImage> _broken = [];
    private readonly List<SourceImage> _images = [];
    private readonly List<string> _warnings = [];
    private readonly List<StorageRoot> _storages = [];
    private readonly Dictionary<Digest, BlobLocation> _first = [];
    private readonly Dictionary<Digest, List<BlobLocation>> _copies = [];
    private readonly HashSet<(Digest Digest, object Place)> _places = [];

    /// <summary>Which children of lists are wanted.</summary>
    public PlatformSelection Platforms { get; } = platforms ?? PlatformSelection.All;

    /// <summary>The live registries that images come from.</summary>
    public RegistryPool Registries { get; } = registries ?? new RegistryPool(new RegistryOptions());

    /// <summary>Whether what belongs to an image, such as its signature, comes along unnamed: of a live registry, and with what a list selects.</summary>
    public bool WithReferrers { get; init; } = true;

    /// <summary>The folder for what has to be decompressed first; nothing is left in it.</summary>
    public string Temporary { get; init; } = Path.GetTempPath();

    /// <summary>The extra files that sources bring along.</summary>
    public ExtraFiles Files { get; } = new();

    public IReadOnlyList<SourceImage> Images => _images;

    /// <summary>How many images there are, those counted too that cannot be read.</summary>
    public int Known => _images.Count + _broken.Count;

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Adds all images and extra files to an index.</summary>
    public void AddTo(IndexBuilder builder)
    {
        foreach (var image in _images)
        {
            image.AddTo(builder);
        }

        foreach (var file in Files.All)
        {
            builder.AddFile(file);
        }
    }

    /// <summary>The registries' storages that were named; their images are added when all are known.</summary>
    public IReadOnlyList<StorageRoot> Storages => _storages;

    public void Add(SourceImage image) => _images.Add(image);

    /// <summary>Notes a registry's storage.</summary>
    public void Note(StorageRoot storage) => _storages.Add(storage);

    /// <summary>Notes an image that cannot be read: it may not be wanted.</summary>
    public void Add(BrokenImage image) => _broken.Add(image);

    /// <summary>Keeps what locations read from, as long as they are used.</summary>
    public T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }

    public void Warn(string text) => _warnings.Add(text);

    /// <summary>Notes a place of a blob; the first one is where it will be read.</summary>
    public void Offer(Digest digest, BlobLocation location)
    {
        if (_first.TryAdd(digest, location))
        {
            _places.Add((digest, location.Identity));
            return;
        }

        if (location.IsRemote || !_places.Add((digest, location.Identity)))
        {
            return;
        }

        if (!_copies.TryGetValue(digest, out var copies))
        {
            _copies.Add(digest, copies = []);
        }

        copies.Add(location);
    }

    /// <summary>Where a blob can be read; null where no source has it.</summary>
    public BlobLocation? Find(Digest digest) => _first.GetValueOrDefault(digest);

    /// <summary>Where a blob is read.</summary>
    public BlobLocation Locate(Digest digest) => _first[digest];

    /// <summary>Other places that claim to have a blob; none that is remote.</summary>
    public IEnumerable<BlobLocation> FurtherCopies(Digest digest) => _copies.GetValueOrDefault(digest) ?? [];

    /// <summary>Refuses images that are wanted and cannot be read.</summary>
    /// <exception cref="BundleException">There are such.</exception>
    public void RequireReadable() => BrokenImage.Refuse(_broken);

    /// <summary>Refuses two images that would take one tag of a repository: in a registry, its host is no part of the name (spec IDX-8).</summary>
    public void RequireDistinctNames()
    {
        var owners = new Dictionary<(string Repository, string Tag), SourceImage>();
        foreach (var image in _images.Where(image => image.Tag is not null))
        {
            var key = (image.Name.Repository, image.Tag!);
            if (!owners.TryAdd(key, image) && owners[key].Digest != image.Digest)
            {
                var other = owners[key];
                throw new Fault(FaultId.NameConflict, $"two different images would be {key.Repository}:{image.Tag}: {other.Origin} ({other.Digest}) and {image.Origin} ({image.Digest})")
                {
                    Entry = image.Origin,
                    Images = [other.Reference, image.Reference],
                    Hint = "leave one out, or give one another name: a registry's host is no part of the name in its storage; a patch is put onto what it builds on by 'bundle merge OLD PATCH'",
                }.ToException();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var resource in _owned)
        {
            resource.Dispose();
        }
    }
}
