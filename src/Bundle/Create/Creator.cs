using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.IO;
using Bundle.Model;
using Bundle.Registry;
using Bundle.Sources;

namespace Bundle.Create;

/// <summary>Creates packages: sources → plan → writer.</summary>
public static class Creator
{
    /// <summary>Creates a package. It appears under its name only when it is complete and flushed.</summary>
    /// <exception cref="BundleException">A source is incomplete or wrong, or the output cannot be written.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static CreateResult Run(CreateOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        if (options.Output is { } path && !options.Force && (options.Split is null ? Path.Exists(path) ? path : null : PartsOutput.Existing(path)) is { } existing)
        {
            throw AtomicOutput.Exists(existing).ToException();
        }

        progress.Start("reading sources", null);
        using var registries = new RegistryPool(options.Registry);
        using var plan = CreatePlan.Make(options, registries, cancellation);
        CompareCopies(plan, options.Threads, progress, cancellation);

        var indexBytes = IndexWriter.Write(plan.Index);
        var layout = new PackageLayout(plan.Index, indexBytes, options.ModificationTime, options.SigningKey is { } key ? [key.SignIndex(indexBytes)] : []);
        var remote = Enumerable.Range(0, layout.Entries.Count).Where(entry => layout.Entries[entry].Kind == EntryKind.Blob)
            .Select(entry => Locate(plan, layout, entry)).OfType<RemoteLocation>();
        using var ahead = new ReadAhead(remote, options.Registry.Parallelism, cancellation);
        var writer = new PackageWriter(layout, entry => ahead.Of(Locate(plan, layout, entry)), options.Level, options.Threads);
        progress.Start("writing", layout.StreamLength);
        var digest = Digest.Of(indexBytes);
        int? parts = null;
        var size = options switch
        {
            { Output: { } output, Split: null } => WriteFile(output, options, layout, plan, writer, progress, cancellation),
            { Output: { } output } => WriteParts(output, digest, options, layout, plan, writer, progress, cancellation, out parts),
            _ => writer.Write(bytes => options.OutputStream!.Write(bytes.Span), progress, cancellation),
        };
        options.OutputStream?.Flush();
        return new CreateResult(plan.Index, digest, size, plan.TreeSize, plan.Index.PackageBytes, parts, plan.Warnings) { SignedBy = options.SigningKey?.Id };
    }

    private static long WriteFile(
        string path, CreateOptions options, PackageLayout layout, CreatePlan plan, PackageWriter writer, IProgressSink progress, CancellationToken cancellation)
    {
        using var output = AtomicOutput.Create(path);
        SpaceCheck.Require(path, layout, entry => Locate(plan, layout, entry));
        long at = 0;
        var size = writer.Write(
            bytes =>
            {
                FileCopy.Write(output.Handle, bytes.Span, at, options.Sync);
                at += bytes.Length;
            },
            progress,
            cancellation);
        cancellation.ThrowIfCancellationRequested();
        output.Commit(options.Force, options.Sync);
        return size;
    }

    private static long WriteParts(
        string path, Digest bundleDigest, CreateOptions options, PackageLayout layout, CreatePlan plan, PackageWriter writer, IProgressSink progress, CancellationToken cancellation, out int? parts)
    {
        using var output = new PartsOutput(path, options.Split!.Value, options.Sync);
        SpaceCheck.Require(path, layout, entry => Locate(plan, layout, entry));
        var size = writer.Write(bytes => output.Write(bytes.Span), progress, cancellation);
        cancellation.ThrowIfCancellationRequested();
        parts = output.Commit(bundleDigest, options.Force).Parts.Count;
        return size;
    }

    private static BlobLocation Locate(CreatePlan plan, PackageLayout layout, int entry)
    {
        var (kind, number, _) = layout.Entries[entry];
        return kind switch
        {
            EntryKind.Blob => plan.LocationOf(number),
            EntryKind.Signature => plan.SignatureLocation(layout.Signatures[number].Digest),
            _ => plan.FileLocation(number),
        };
    }

    // The package needs one copy of a blob; that another one differs still means that a source is damaged.
    private static void CompareCopies(CreatePlan plan, int threads, IProgressSink progress, CancellationToken cancellation)
    {
        if (plan.FurtherCopies.Count == 0)
        {
            return;
        }

        progress.Start("comparing copies", plan.FurtherCopies.Sum(copy => copy.Location.Length));
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        try
        {
            Parallel.ForEach(plan.FurtherCopies, options, copy =>
            {
                using var stream = copy.Location.Open();
                if (FileCopy.Digest(stream, progress.Advance, cancellation) != copy.Digest)
                {
                    throw new Fault(FaultId.BlobMismatch, $"{copy.Location.Name} and {plan.LocationOf(plan.Index.Position(copy.Digest)!.Value).Name} claim one digest but differ")
                    {
                        Entry = copy.Location.Name,
                        Digest = copy.Digest,
                        Hint = "one of them is damaged: fetch its image again (--no-compare leaves copies unread that the package does not need)",
                    }.ToException();
                }
            });
        }
        catch (AggregateException e) when (e.InnerException is BundleException first)
        {
            throw new BundleException(first.Fault, first);
        }
    }
}
