using Bundle.Extract;
using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Push;

/// <summary>A blob, and the repositories that lack it.</summary>
/// <param name="Data">Opens its data, verified; null where only the registry has it.</param>
/// <param name="From">A repository of the registry that has it; null where none is known.</param>
internal sealed record BlobTransfer(int Blob, Func<Stream>? Data, string? From, IReadOnlyList<TargetRepository> To)
{
    /// <summary>How many times it has to be sent, unless the registry refuses to take it over from a repository.</summary>
    public int Uploads => From is null ? 1 : 0;

    /// <summary>How many repositories get it from another one.</summary>
    public int Mounts => To.Count - Uploads;
}

/// <summary>All that a push does, found out by reading alone.</summary>
/// <param name="Images">As the source has them, with their names at the destination.</param>
/// <param name="Manifests">All of them, in the order in which they go.</param>
/// <param name="Referrers">What has to be put on lists of referrers, as the registry keeps none itself.</param>
internal sealed record PushPlan(
    BundleIndex Index, IReadOnlyList<(IndexImage Image, ImageName Target)> Images, IReadOnlyList<TargetRepository> Repositories,
    IReadOnlyList<BlobTransfer> Blobs, ManifestWaves Manifests, IReadOnlyList<ReferrerUpdate> Referrers)
{
    private readonly Dictionary<string, TargetRepository> _byName = Repositories.ToDictionary(one => one.Name, StringComparer.Ordinal);

    /// <summary>The repository of a name at the destination.</summary>
    public TargetRepository Repository(ImageName target) => _byName[target.Repository];

    /// <summary>Chooses images and their names, and asks the registry what it has of them.</summary>
    /// <exception cref="BundleException">
    /// An image is unknown, names conflict, the registry fails, or something that a base has to lend is nowhere to be had.
    /// </exception>
    public static async Task<PushPlan> Make(PushSource source, Lenders lenders, RegistryClient client, PushOptions options, CancellationToken cancellation)
    {
        var index = source.Index;
        var images = ImageSelection.Select(index, options.Images).Select(image => (Image: image, Target: TargetNames.Of(image.Name, options))).ToList();
        TargetNames.RequireDistinct(images);
        var repositories = TargetRepository.Of(index, images.Select(one => one.Image with { Name = one.Target }), client);
        await Survey(index, repositories, options.Registry.Parallelism, cancellation);

        var transfers = Transfers(repositories, source, lenders);
        await FindLent(index, transfers, Neighbours(index, lenders, options), client, options, cancellation);
        var nowhere = transfers.Where(one => one is { Data: null, From: null }).Select(one => one.Blob).ToList();
        if (nowhere.Count > 0)
        {
            throw (LentBlobs.Missing(index, [.. images.Select(one => one.Image)], nowhere, $"the registry {client.Host}") with
            {
                Hint = "push the package that it builds on first, or name it with --base: what the registry lacks is then sent from there",
            }).ToException();
        }

        var manifests = ManifestWaves.Of(source, repositories.SelectMany(one => one.Manifests), cancellation);
        var referrers = await ReferrerUpdate.Find(index, repositories, manifests, options.Registry.Parallelism, cancellation);
        return new PushPlan(index, images, repositories, transfers, manifests, referrers);
    }

    private static BlobTransfer[] Transfers(List<TargetRepository> repositories, PushSource source, Lenders lenders)
    {
        // In the order of the package, so that it is read from its beginning to its end.
        var lacking = new SortedDictionary<int, List<TargetRepository>>();
        var having = new Dictionary<int, string>();
        foreach (var repository in repositories)
        {
            foreach (var blob in repository.Blobs)
            {
                if (!repository.MissingBlobs.Contains(blob))
                {
                    having.TryAdd(blob, repository.Name);
                }
                else if (lacking.TryGetValue(blob, out var others))
                {
                    others.Add(repository);
                }
                else
                {
                    lacking.Add(blob, [repository]);
                }
            }
        }

        return [.. lacking.Select(pair => new BlobTransfer(
            pair.Key,
            source.Has(pair.Key) ? () => source.Open(pair.Key) : lenders.Data(source.Index.Blobs[pair.Key].Digest),
            having.GetValueOrDefault(pair.Key),
            pair.Value))];
    }

    private static async Task Survey(BundleIndex index, List<TargetRepository> repositories, int parallelism, CancellationToken cancellation)
    {
        // Manifests that are there prove their blobs only until a registry loses some: each is asked for.
        await Many.Run(repositories.SelectMany(one => one.Manifests, (one, manifest) => (one, manifest)), async (item, token) =>
            Note(item.one.MissingManifests, item.manifest, await item.one.Remote.HasManifest(index.Blobs[item.manifest].Digest, token)), parallelism, cancellation);
        await Many.Run(repositories.SelectMany(one => one.Blobs, (one, blob) => (one, blob)), async (item, token) =>
            Note(item.one.MissingBlobs, item.blob, await item.one.Remote.HasBlob(index.Blobs[item.blob].Digest, index.Blobs[item.blob].Size, token)), parallelism, cancellation);
        await Many.Run(repositories.SelectMany(one => one.Tags, (one, tag) => (one, tag)), async (item, token) =>
            item.tag.Was = await item.one.Remote.ManifestDigest(item.tag.Tag, token), parallelism, cancellation);

        static void Note(HashSet<int> missing, int position, bool isThere)
        {
            if (!isThere)
            {
                lock (missing)
                {
                    missing.Add(position);
                }
            }
        }
    }

    // Where blobs may be that the package leaves to its bases: in the repositories of its other images, and of the bases' own.
    private static Func<int, IEnumerable<string>> Neighbours(BundleIndex index, Lenders lenders, PushOptions options)
    {
        var others = new Lazy<List<string>>(() => [.. index.Images.Select(image => TargetNames.Find(image.Name, options)?.Repository).OfType<string>().Distinct(StringComparer.Ordinal)]);
        return blob => lenders.Repositories(index.Blobs[blob].Digest).Concat(others.Value).Distinct(StringComparer.Ordinal);
    }

    private static Task FindLent(
        BundleIndex index, BlobTransfer[] transfers, Func<int, IEnumerable<string>> neighbours, RegistryClient client, PushOptions options, CancellationToken cancellation)
    {
        var lent = Enumerable.Range(0, transfers.Length).Where(at => transfers[at].From is null && index.Blobs[transfers[at].Blob].Data == BlobData.Base);
        return Many.Run(lent, async (at, token) =>
        {
            var blob = index.Blobs[transfers[at].Blob];
            foreach (var name in neighbours(transfers[at].Blob))
            {
                if (await Has(client.Repository(name), blob, token))
                {
                    transfers[at] = transfers[at] with { From = name };
                    return;
                }
            }
        }, options.Registry.Parallelism, cancellation);
    }

    private static async Task<bool> Has(RegistryRepository neighbour, IndexBlob blob, CancellationToken cancellation)
    {
        try
        {
            return await neighbour.HasBlob(blob.Digest, blob.Size, cancellation);
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.RegistryDenied)
        {
            // What may not be read may not be mounted from either.
            return false;
        }
    }
}
