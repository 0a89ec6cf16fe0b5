using System.Buffers;
using System.Collections.Concurrent;
using Bundle.Faults;
using Bundle.Index;
using Bundle.IO;
using Bundle.Registry;
using Bundle.Sources;

namespace Bundle.Extract;

/// <summary>
/// Brings the blobs that an incremental package leaves to its bases: those that the destination lacks, from where the user says. Of several bases
/// that have a blob the first one gives it; where that one is damaged, the next.
/// </summary>
internal static class Lending
{
    private const int Piece = 1024 * 1024;

    /// <summary>Copies what is lacking, each blob verified before it gets its name; nothing is written where any is not to be had.</summary>
    /// <returns>What was wrong with bases that others stood in for.</returns>
    /// <exception cref="BundleException">A blob is nowhere, or what the bases have of it is damaged.</exception>
    public static IReadOnlyList<Fault> Bring(
        BundleIndex index, IReadOnlyList<IndexImage> selected, IExtractTarget target, ExtractOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        var lacking = Enumerable.Range(0, index.Blobs.Count).Where(blob => index.Blobs[blob].Data == BlobData.Base && target.Needs(blob)).ToList();
        if (lacking.Count == 0)
        {
            return [];
        }

        using var registries = new RegistryPool(options.Registry);
        var bases = new List<SourceSet>();
        try
        {
            var faults = new ConcurrentBag<Fault>(Open(options.Bases, bases, registries, cancellation));
            var missing = lacking.Where(blob => !Places(bases, index.Blobs[blob]).Any()).ToList();
            if (missing.Count > 0)
            {
                throw (faults.FirstOrDefault() ?? LentBlobs.Missing(index, selected, missing, string.Join(", ", options.Bases.Prepend(options.To)))).ToException();
            }

            progress.Start("copying from the base", lacking.Sum(blob => index.Blobs[blob].Size));
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation };
            Parallel.ForEach(lacking, parallel, blob => Copy(index.Blobs[blob], [.. Places(bases, index.Blobs[blob])], () => target.Create(blob), faults, progress, cancellation));
            return [.. faults.OrderBy(fault => fault.Entry, StringComparer.Ordinal)];
        }
        finally
        {
            bases.ForEach(one => one.Dispose());
        }
    }

    // A package that cannot be opened for damage is passed over, as one is whose blobs are damaged.
    private static List<Fault> Open(IReadOnlyList<string> names, List<SourceSet> bases, RegistryPool registries, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        foreach (var name in names)
        {
            var one = new SourceSet(registries: registries);
            bases.Add(one);
            try
            {
                Source.AddTo(one, name, cancellation);
            }
            catch (BundleException e) when (e.Fault.Id.Class == FaultClass.Package)
            {
                faults.Add(e.Fault with { Entry = name, Message = "the base " + e.Fault.Message });
            }
        }

        return faults;
    }

    private static IEnumerable<BlobLocation> Places(List<SourceSet> bases, IndexBlob blob) =>
        bases.SelectMany(one => one.Find(blob.Digest) is { } first ? one.FurtherCopies(blob.Digest).Prepend(first) : []);

    private static void Copy(
        IndexBlob blob, IReadOnlyList<BlobLocation> places, Func<IPendingFile> create, ConcurrentBag<Fault> faults, IProgressSink progress, CancellationToken cancellation)
    {
        Fault? first = null;
        foreach (var place in places)
        {
            if (TryCopy(blob, place, create, progress, cancellation) is not { } fault)
            {
                if (first is not null)
                {
                    faults.Add(first);
                }

                return;
            }

            first ??= fault;
        }

        throw first!.ToException();
    }

    // What is wrong with the place; null where the blob is there now. What is wrong with the destination is thrown.
    private static Fault? TryCopy(IndexBlob blob, BlobLocation from, Func<IPendingFile> create, IProgressSink progress, CancellationToken cancellation)
    {
        Stream inner;
        try
        {
            inner = from.Open();
        }
        catch (Exception e) when (FaultOf(from, e) is not null)
        {
            return FaultOf(from, e);
        }

        using var stream = new VerifiedStream(inner, blob.Digest, blob.Size, _ => Damaged(from, $"{from.Name} does not have the content that its digest promises") with { Digest = blob.Digest });
        using var file = create();
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        long done = 0;
        for (int read; ; done += read)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                read = stream.Read(buffer, 0, Piece);
            }
            catch (Exception e) when (FaultOf(from, e) is not null)
            {
                progress.Advance(-done);
                return FaultOf(from, e);
            }

            if (read == 0)
            {
                break;
            }

            file.Write(buffer.AsSpan(0, read), done);
            progress.Advance(read);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        file.Publish();
        return null;
    }

    private static Fault? FaultOf(BlobLocation from, Exception exception) => exception switch
    {
        BundleException e => e.Fault,
        IOException or UnauthorizedAccessException => Damaged(from, $"cannot read {from.Name}: {exception.Message}"),
        _ => null,
    };

    private static Fault Damaged(BlobLocation from, string what) => new(FaultId.BlobMismatch, what) { Entry = from.Name, Hint = "the base is damaged: name another one with --base" };
}
