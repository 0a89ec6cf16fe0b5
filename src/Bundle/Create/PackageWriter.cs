using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;
using Bundle.Sources;

namespace Bundle.Create;

/// <summary>
/// Writes a package: this thread reads each content once and in order, pool threads hash and compress, one thread writes
/// the frames in order. What is under way is bounded by a window of frames, so memory is too.
/// </summary>
/// <param name="locate">Where the data of an entry that does not follow from the index is read.</param>
internal sealed class PackageWriter(PackageLayout layout, Func<int, BlobLocation> locate, int level, int threads)
{
    private readonly ConcurrentBag<FrameCodec> _codecs = [];
    private readonly byte[] _small = new byte[Limits.Large];

    /// <summary>Writes the whole package; returns its length.</summary>
    /// <exception cref="BundleException">A content does not have its digest or size.</exception>
    public long Write(Action<ReadOnlyMemory<byte>> write, IProgressSink progress, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var window = new SemaphoreSlim((2 * threads) + 2);
        using var jobs = new BlockingCollection<Job>();
        var appender = new PackageAppender(write);
        var writer = Task.Factory.StartNew(
            () => WriteInOrder(jobs, appender, window, stop, progress), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            ReadInOrder(jobs, window, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The writer failed and stopped this thread: its exception is the one to tell.
        }
        catch
        {
            stop.Cancel();
            throw;
        }
        finally
        {
            jobs.CompleteAdding();
            ((IAsyncResult)writer).AsyncWaitHandle.WaitOne();
            foreach (var codec in _codecs)
            {
                codec.Dispose();
            }
        }

        writer.GetAwaiter().GetResult();
        return appender.Length;
    }

    private void ReadInOrder(BlockingCollection<Job> jobs, SemaphoreSlim window, CancellationToken cancellation)
    {
        LargeContent? large = null;
        try
        {
            foreach (var frame in layout.Frames)
            {
                window.Wait(cancellation);
                var content = ArrayPool<byte>.Shared.Rent(frame.Length);
                var hashed = Task.CompletedTask;
                var store = false;
                if (frame.IsData)
                {
                    large = frame.DataOffset == 0 ? OpenLarge(frame.FirstEntry, large) : large!;
                    large.Read(content.AsSpan(0, frame.Length), frame.DataOffset);
                    store = large.IsCompressed;
                    hashed = large.Hash(content.AsMemory(0, frame.Length));
                }
                else
                {
                    layout.Fill(frame, content.AsSpan(0, frame.Length), FillData);
                }

                jobs.Add(new Job(frame, content, hashed, Task.Run(() => Encode(content.AsSpan(0, frame.Length), store), CancellationToken.None)), cancellation);
            }
        }
        finally
        {
            large?.Dispose();
        }
    }

    private static void WriteInOrder(
        BlockingCollection<Job> jobs, PackageAppender appender, SemaphoreSlim window, CancellationTokenSource stop, IProgressSink progress)
    {
        try
        {
            foreach (var job in jobs.GetConsumingEnumerable())
            {
                var (encoded, length) = job.Encoded.GetAwaiter().GetResult();
                stop.Token.ThrowIfCancellationRequested();
                appender.Append(encoded.AsMemory(0, length), job.Frame.Length);
                job.Hashed.GetAwaiter().GetResult();
                ArrayPool<byte>.Shared.Return(encoded);
                ArrayPool<byte>.Shared.Return(job.Content);
                window.Release();
                progress.Advance(job.Frame.Length);
            }

            stop.Token.ThrowIfCancellationRequested();
            appender.Finish();
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    private (byte[] Frame, int Length) Encode(ReadOnlySpan<byte> content, bool store)
    {
        var target = ArrayPool<byte>.Shared.Rent(ZstdFrame.MaxLength);
        if (store)
        {
            return (target, ZstdFrame.Store(content, target));
        }

        var codec = _codecs.TryTake(out var idle) ? idle : new FrameCodec(level);
        var length = codec.Compress(content, target);
        _codecs.Add(codec);
        return (target, length);
    }

    private void FillData(int entry, Span<byte> target)
    {
        var location = locate(entry);
        using var stream = location.Open();
        var read = stream.ReadAtLeast(_small.AsSpan(0, target.Length), target.Length, throwOnEndOfStream: false);
        if (read != target.Length || Digest.Of(_small.AsSpan(0, target.Length)) != layout.DigestOf(entry))
        {
            throw LargeContent.Mismatch(layout, entry, location).ToException();
        }

        _small.AsSpan(0, target.Length).CopyTo(target);
    }

    private LargeContent OpenLarge(int entry, LargeContent? former)
    {
        former?.Dispose();
        return new LargeContent(layout, entry, layout.DigestOf(entry) is null ? null : locate(entry));
    }

    private sealed record Job(PackageFrame Frame, byte[] Content, Task Hashed, Task<(byte[] Frame, int Length)> Encoded);
}
