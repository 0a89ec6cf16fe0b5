using Bundle.Index;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Push;

/// <summary>
/// Manifests that refer to another one by <c>subject</c>, and that a registry without a referrers API does not find: whoever pushes
/// keeps a list of them under a tag (distribution-spec, pushing manifests with subject).
/// </summary>
/// <param name="Referrers">Positions in the index.</param>
internal sealed record ReferrerUpdate(TargetRepository Repository, Digest Subject, IReadOnlyList<int> Referrers)
{
    /// <summary>Asks the registry which lists lack something. A list that the images bring along themselves is left as it is.</summary>
    /// <exception cref="Faults.BundleException">The registry fails or denies.</exception>
    public static async Task<IReadOnlyList<ReferrerUpdate>> Find(
        BundleIndex index, IReadOnlyList<TargetRepository> repositories, ManifestWaves manifests, int parallelism, CancellationToken cancellation)
    {
        var found = new List<ReferrerUpdate>();
        var wanted = repositories.SelectMany(one => one.Manifests.Where(manifest => manifests.SubjectOf(manifest) is not null)
            .GroupBy(manifest => manifests.SubjectOf(manifest)!.Value)
            .Where(group => !one.Tags.Exists(tag => tag.Tag == RegistryNames.FallbackTag(group.Key)))
            .Select(group => new ReferrerUpdate(one, group.Key, [.. group])));
        await Many.Run(wanted, async (update, token) =>
        {
            var unlisted = await update.Unlisted(index, token);
            if (unlisted.Count > 0)
            {
                lock (found)
                {
                    found.Add(update with { Referrers = unlisted });
                }
            }
        }, parallelism, cancellation);
        return found;
    }

    /// <summary>Completes the list, unless the registry turns out to keep one itself, now that the manifests are there.</summary>
    /// <exception cref="Faults.BundleException">The registry fails or denies.</exception>
    public async Task Apply(PushSource source, CancellationToken cancellation)
    {
        var unlisted = await Unlisted(source.Index, cancellation);
        if (unlisted.Count > 0)
        {
            await Repository.Remote.ListReferrers(Subject, [.. unlisted.Select(source.ReadManifest)], cancellation);
        }
    }

    private async Task<IReadOnlyList<int>> Unlisted(BundleIndex index, CancellationToken cancellation)
    {
        var unlisted = (await Repository.Remote.UnlistedReferrers(Subject, [.. Referrers.Select(one => index.Blobs[one].Digest)], cancellation)).ToHashSet();
        return [.. Referrers.Where(one => unlisted.Contains(index.Blobs[one].Digest))];
    }
}
