using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Push;

/// <summary>Does what a plan says: blobs, then manifests wave after wave, then tags.</summary>
internal sealed class PushSender(PushSource source, PushPlan plan, int parallelism)
{
    private readonly BundleIndex _index = plan.Index;

    /// <summary>What became of the blobs.</summary>
    public PushTally Tally { get; } = new();

    /// <summary>Does it.</summary>
    /// <exception cref="BundleException">The source is damaged, or the registry fails or denies.</exception>
    public async Task Run(IProgressSink progress, CancellationToken cancellation)
    {
        progress.Start("pushing", plan.Blobs.Sum(one => one.To.Count * _index.Blobs[one.Blob].Size));
        await Many.Run(plan.Blobs, (transfer, token) => Blamed(transfer.Blob, () => Send(transfer, progress, token)), parallelism, cancellation);
        progress.Start("naming", null);
        foreach (var wave in plan.Manifests.Waves)
        {
            var puts = plan.Repositories.SelectMany(one => wave.Where(one.MissingManifests.Contains), (one, manifest) => (one, manifest));
            await Many.Run(puts, (put, token) => Blamed(put.manifest, () => Put(put.one, put.manifest, token)), parallelism, cancellation);
        }

        await Many.Run(plan.Referrers, (update, token) => update.Apply(source, token), parallelism, cancellation);
        await SetTags(cancellation);
    }

    private async Task Send(BlobTransfer transfer, IProgressSink progress, CancellationToken cancellation)
    {
        var blob = _index.Blobs[transfer.Blob];
        var from = transfer.From;
        foreach (var repository in transfer.To)
        {
            var how = await repository.Remote.PushBlob(blob.Digest, blob.Size, transfer.Data ?? NotMounted, from, progress.Advance, cancellation);
            Tally.Add(how, 1, blob.Size);
            progress.Advance(how == BlobPush.Mounted ? blob.Size : 0);
            from = repository.Name;

            Stream NotMounted() => throw new Fault(FaultId.BaseMissing, $"the registry does not hand {blob.Digest} over from {from} to {repository.Name}, and the package relies on a base for it")
            {
                Digest = blob.Digest,
                Hint = "name the package that has it with --base",
            }.ToException();
        }
    }

    private async Task Put(TargetRepository repository, int manifest, CancellationToken cancellation)
    {
        var blob = _index.Blobs[manifest];
        try
        {
            await repository.Remote.PutManifest(blob.Digest, blob.MediaType, source.ReadManifest(manifest), cancellation);
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.RegistryError && blob.Manifests?.Count(child => _index.Blobs[child].Data == BlobData.Omitted) is > 0 and var omitted)
        {
            throw (e.Fault with
            {
                Digest = blob.Digest,
                Hint = $"{omitted} children of this list were left out, for other platforms, and this registry takes complete lists only: create the package with all platforms",
            }).ToException(e);
        }
    }

    // One tag that may not change keeps no other one from its image. Lists come after what is below them, here too: to set a tag, some
    // registries write the manifest's link anew in place, and who puts a list at that moment is told that the link is no digest.
    private async Task SetTags(CancellationToken cancellation)
    {
        var refused = new List<Fault>();
        var tags = plan.Repositories.SelectMany(one => one.Tags, (one, tag) => (one, tag))
            .Where(item => item.tag.Was != _index.Blobs[item.tag.Manifest].Digest).ToLookup(item => item.tag.Manifest);
        foreach (var wave in plan.Manifests.Waves)
        {
            await Many.Run(wave.SelectMany(manifest => tags[manifest]), (item, token) => Blamed(item.tag.Manifest, () => SetTag(item.one, item.tag, refused, token)), parallelism, cancellation);
        }

        if (refused.Count > 0)
        {
            var first = refused.OrderBy(fault => fault.Images[0], StringComparer.Ordinal).First();
            throw (first with { Images = [.. refused.Select(fault => fault.Images[0]).Order(StringComparer.Ordinal)] }).ToException();
        }
    }

    private async Task SetTag(TargetRepository repository, TargetTag tag, List<Fault> refused, CancellationToken cancellation)
    {
        var blob = _index.Blobs[tag.Manifest];
        try
        {
            await repository.Remote.PutManifest(tag.Tag, blob.Digest, blob.MediaType, source.ReadManifest(tag.Manifest), cancellation);
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.TagImmutable)
        {
            lock (refused)
            {
                refused.Add(e.Fault with { Images = [$"{repository.Remote.FullName}:{tag.Tag}"] });
            }
        }
    }

    // Says which images cannot be completed.
    private async Task Blamed(int blob, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (BundleException e) when (e.Fault.Images.Count == 0)
        {
            throw (e.Fault with
            {
                Images = [.. plan.Images.Where(one => ImageClosure.Of(_index, one.Image).Contains(blob)).SelectMany(one => one.Image.References)],
            }).ToException(e);
        }
    }
}
