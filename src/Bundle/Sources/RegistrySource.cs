using Bundle.Faults;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Sources;

/// <summary>Images of live registries: <c>docker://HOST/REPO:TAG</c>, or those of a list.</summary>
internal static class RegistrySource
{
    /// <summary>Adds one image.</summary>
    /// <param name="address">What follows <c>docker:</c>.</param>
    /// <exception cref="BundleException">It is no reference, it is not there, or the registry fails.</exception>
    public static void AddTo(SourceSet sources, string address, CancellationToken cancellation) =>
        AddTo(sources, [RegistryNames.Parse("docker:" + address)], cancellation);

    /// <summary>Adds images, with what belongs to them unless that is not wanted.</summary>
    /// <param name="wanted">Complete references: each has its registry's host.</param>
    /// <exception cref="BundleException">One is not there (all such are told at once), or a registry fails.</exception>
    public static void AddTo(SourceSet sources, IReadOnlyList<ImageReference> wanted, CancellationToken cancellation)
    {
        var found = Load(sources, [.. wanted.Distinct()], cancellation).GetAwaiter().GetResult();
        var named = found.Where(one => !one.IsNameless).Select(one => (one.Name.Name.Full, one.Digest)).ToHashSet();
        foreach (var image in found.Where(one => !one.IsNameless || named.Add((one.Name.Name.Full, one.Digest))).DistinctBy(one => one.Name))
        {
            ImageWalk.Add(sources, image.Store, image.Name, image.Digest);
        }
    }

    /// <summary>The images that a sync file wants; where it says so by what tags are like, the registry is asked for them.</summary>
    /// <exception cref="BundleException">The file is not understood, no tag fits, or a registry fails.</exception>
    public static IReadOnlyList<ImageReference> Wanted(SourceSet sources, string path, CancellationToken cancellation)
    {
        var file = SyncFile.Read(path, sources.Registries.Options);
        foreach (var (host, options) in file.Registries)
        {
            sources.Registries.Configure(host, options);
        }

        var wanted = Task.WhenAll(file.Repositories.Select(async one => one.Fits is null ? one.References : await Fitting(one))).GetAwaiter().GetResult();
        return wanted.Any(one => one.Count > 0) ? [.. wanted.SelectMany(one => one)]
            : throw new Fault(FaultId.SourceMissing, $"{path} names no image") { Entry = path, Hint = "see skopeo-sync(1)" }.ToException();

        async Task<IReadOnlyList<ImageReference>> Fitting(SyncRepository one)
        {
            var repository = sources.Registries.Client(one.Name.Host!).Repository(one.Name.Repository);
            var tags = (await sources.Registries.InTurn(() => repository.Tags(cancellation), cancellation)).Where(one.Fits!).ToList();
            return tags.Count > 0 ? [.. tags.Select(tag => new ImageReference(one.Name, tag, null))]
                : throw new Fault(FaultId.ImageUnknown, $"{path} wants tags of {one.Name}, and none there fits") { Entry = path, Images = [one.Name.Full], Hint = $"'skopeo list-tags docker://{one.Name}' tells what is there" }.ToException();
        }
    }

    private static async Task<List<Found>> Load(SourceSet sources, List<ImageReference> wanted, CancellationToken cancellation)
    {
        var repositories = wanted.Select(one => one.Name).Distinct().ToDictionary(
            name => name,
            name =>
            {
                var repository = sources.Registries.Client(name.Host!).Repository(name.Repository);
                return (Repository: repository, Store: new RegistryStore(sources, repository, cancellation));
            });
        var roots = await Task.WhenAll(wanted.Select(async one => (Name: one, repositories[one.Name].Store, Digest: await repositories[one.Name].Store.Load(one))));
        var missing = roots.Where(one => one.Digest is null).Select(one => one.Name.ToString()).ToList();
        if (missing.Count > 0)
        {
            throw new Fault(FaultId.ImageUnknown, $"{(missing.Count == 1 ? "an image is" : $"{missing.Count} images are")} not in the registry: {string.Join(", ", missing)}")
            {
                Images = missing,
                Hint = "check the names; a registry may also hide what the user may not see",
            }.ToException();
        }

        var found = roots.Select(one => new Found(one.Name, one.Store, one.Digest!.Value, IsCompanion: false)).ToList();
        if (sources.WithReferrers)
        {
            var companions = await Task.WhenAll(found.GroupBy(one => one.Name.Name).Select(group => Companions(sources, repositories[group.Key].Repository, [.. group], cancellation)));
            found.AddRange(companions.SelectMany(one => one));
        }

        return found;
    }

    private static async Task<List<Found>> Companions(SourceSet sources, RegistryRepository repository, List<Found> images, CancellationToken cancellation)
    {
        IReadOnlySet<string> tags;
        try
        {
            tags = (await sources.Registries.InTurn(() => repository.Tags(cancellation), cancellation)).ToHashSet(StringComparer.Ordinal);
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.RegistryDenied)
        {
            tags = new HashSet<string>();
            lock (sources)
            {
                sources.Warn($"the tags of {repository.FullName} may not be listed, so signatures under tags of their own are not found: {e.Fault.Message}");
            }
        }

        var companions = await Task.WhenAll(images.DistinctBy(one => one.Digest).Select(async image =>
            (await image.Store.Companions(image.Name.Name, image.Digest, tags)).Select(one => new Found(one.Name, image.Store, one.Digest, IsCompanion: true))));
        return [.. companions.SelectMany(one => one)];
    }

    // Images that nobody named, such as signatures, give way to the same ones by name.
    private sealed record Found(ImageReference Name, RegistryStore Store, Digest Digest, bool IsCompanion)
    {
        public bool IsNameless => IsCompanion && Name.Tag is null;
    }
}
