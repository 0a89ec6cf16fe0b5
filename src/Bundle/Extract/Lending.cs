using System.Buffers;
using Bundle.Faults;
using Bundle.Index;
using Bundle.IO;
using Bundle.Sources;

namespace Bundle.Extract;

/// <summary>Brings the blobs that an incremental package leaves to its bases: those that the destination lacks, from where the user says.</summary>
internal static class Lending
{
    private const int Piece = 1024 * 1024;

    /// <summary>Copies what is lacking, each blob verified before it gets its name; nothing is written where any is not to be had.</summary>
    /// <exception cref="BundleException">A blob is nowhere, or what a base has of it is damaged.</exception>
    public static void Bring(
        BundleIndex index, IReadOnlyList<IndexImage> selected, IExtractTarget target, ExtractOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        var lacking = Enumerable.Range(0, index.Blobs.Count).Where(blob => index.Blobs[blob].Data == BlobData.Base && target.Needs(blob)).ToList();
        if (lacking.Count == 0)
        {
            return;
        }

        using var lenders = new SourceSet();
        foreach (var one in options.Bases)
        {
            Source.AddTo(lenders, one, cancellation);
        }

        var missing = lacking.Where(blob => lenders.Find(index.Blobs[blob].Digest) is null).ToList();
        if (missing.Count > 0)
        {
            throw LentBlobs.Missing(index, selected, missing, string.Join(", ", options.Bases.Prepend(options.To))).ToException();
        }

        progress.Start("copying from the base", lacking.Sum(blob => index.Blobs[blob].Size));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation };
        Parallel.ForEach(lacking, parallel, blob => Copy(index.Blobs[blob], lenders.Locate(index.Blobs[blob].Digest), () => target.Create(blob), progress, cancellation));
    }

    private static void Copy(IndexBlob blob, BlobLocation from, Func<IPendingFile> create, IProgressSink progress, CancellationToken cancellation)
    {
        using var stream = new VerifiedStream(from.Open(), blob.Digest, blob.Size, _ => new Fault(FaultId.BlobMismatch, $"{from.Name} does not have the content that its digest promises")
        {
            Entry = from.Name,
            Digest = blob.Digest,
            Hint = "the base is damaged: name another one with --base",
        });
        using var file = create();
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        long done = 0;
        for (int read; (read = stream.Read(buffer, 0, Piece)) > 0; done += read)
        {
            cancellation.ThrowIfCancellationRequested();
            file.Write(buffer.AsSpan(0, read), done);
            progress.Advance(read);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        file.Publish();
    }
}
