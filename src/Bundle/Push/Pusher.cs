using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Push;

/// <summary>
/// Pushes images into a registry: source → plan → registry. Blobs go first, then manifests from the bottom up, tags last; what
/// is there is passed over, so a push that was stopped at any moment is completed by the next one. The first failure ends it.
/// </summary>
public static class Pusher
{
    /// <summary>Pushes the images of a package or source, or finds out what that would send.</summary>
    /// <exception cref="BundleException">The source is damaged or incomplete, names conflict, or the registry fails or denies.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static PushResult Run(PushOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        progress.Start("reading", null);
        using var registries = new RegistryPool(options.Registry);
        using var source = PushSource.Open(options.Source, registries, cancellation);
        using var lenders = Lenders.Open(options, registries, cancellation);
        progress.Start("asking " + options.Destination.Host, null);
        return Run(source, lenders, registries.Client(options.Destination.Host), options, progress, cancellation).GetAwaiter().GetResult();
    }

    private static async Task<PushResult> Run(
        PushSource source, Lenders lenders, RegistryClient client, PushOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        try
        {
            var plan = await PushPlan.Make(source, lenders, client, options, cancellation);
            var sender = new PushSender(source, plan, options.Registry.Parallelism);
            if (!options.DryRun)
            {
                await sender.Run(progress, cancellation);
            }

            return Result(source, plan, options, options.DryRun ? PushTally.Planned(plan) : sender.Tally);
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.RegistryDenied || (e.Fault.Id == FaultId.RegistryError && e.Fault.Hint is null))
        {
            throw (e.Fault with { Hint = Advice(e.Fault, options.Destination) }).ToException(e);
        }
    }

    // Harbor's rules are met often, and its answers do not tell them.
    private static string Advice(Fault fault, PushDestination destination)
    {
        var project = destination.Prefix.Split('/')[0];
        var harbor = project.Length > 0 ? $"on Harbor the project '{project}' has to be there before"
            : $"on Harbor names begin with a project, which has to be there before: {destination}/PROJECT";
        return fault.Hint is null ? harbor : fault.Hint + "; " + harbor;
    }

    private static PushResult Result(PushSource source, PushPlan plan, PushOptions options, PushTally tally)
    {
        var index = plan.Index;
        var present = plan.Repositories.SelectMany(one => one.Blobs.Where(blob => !one.MissingBlobs.Contains(blob))).ToList();
        var presentManifests = plan.Repositories.SelectMany(one => one.Manifests.Where(blob => !one.MissingManifests.Contains(blob))).ToList();
        var sentManifests = plan.Repositories.SelectMany(one => one.MissingManifests).ToList();
        return new PushResult(
            [.. plan.Images.Select(one => new PushedImage(one.Image, one.Target, References(plan, one.Image, one.Target)))],
            tally.Uploaded, tally.Mounted, Count(index, present), Count(index, sentManifests), Count(index, presentManifests), Warnings(source, plan, options))
        {
            ReferrerLists = plan.Referrers.Count,
            Tags = plan.Repositories.Sum(one => one.Tags.Count(tag => tag.Was != index.Blobs[tag.Manifest].Digest)),
        };
    }

    private static List<PushedReference> References(PushPlan plan, IndexImage image, ImageName target)
    {
        var repository = plan.Repository(target);
        var references = repository.Tags.Where(tag => image.Tags.Contains(tag.Tag)).Select(tag => new PushedReference(
            $"{target}:{tag.Tag}", tag.Was is null ? ReferenceState.New : tag.Was == image.Digest ? ReferenceState.There : ReferenceState.Moved, tag.Was)).ToList();
        if (image.ByDigest)
        {
            var missing = repository.MissingManifests.Contains(ImageClosure.Root(plan.Index, image));
            references.Add(new PushedReference($"{target}@{image.Digest}", missing ? ReferenceState.New : ReferenceState.There, missing ? null : image.Digest));
        }

        return references;
    }

    private static List<string> Warnings(PushSource source, PushPlan plan, PushOptions options)
    {
        var warnings = source.Warnings.ToList();
        var signatures = plan.Images.SelectMany(one => one.Image.Signatures).Count();
        if (signatures > 0)
        {
            warnings.Add($"{signatures} simple-signing {(signatures == 1 ? "signature stays" : "signatures stay")} behind: registries have no place for them"
                + " ('bundle extract --as dir' gives them back)");
        }

        // A slip of the pen in a rule would otherwise show as images under names that nobody expects.
        warnings.AddRange(options.Rules.Where(rule => !source.Index.Images.Any(image => rule.Apply(image.Name) is not null)).Select(rule => $"no image has a name that --map {rule} changes"));
        return warnings;
    }

    private static PushCount Count(BundleIndex index, List<int> blobs) => new(blobs.Count, blobs.Sum(blob => index.Blobs[blob].Size));
}
