using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;

namespace Bundle.Reading;

/// <summary>
/// Decodes frames and checks all that is in them against the layout: what follows from the index byte for byte, the rest
/// by sha256. Frames are decoded on pool threads at once; the pieces of one large entry are hashed in their order. What
/// is under way is bounded by a window of buffers. Where several frames end the work, the first one that was handed in is told,
/// however the threads ran: so the same damage is told each time.
/// </summary>
/// <param name="report">Hears of faults, with the frame's number, from any thread; what it throws ends the work.</param>
internal sealed class FrameProcessor(PackageLayout layout, IContentSink sink, int threads, Action<int, Fault> report) : IDisposable
{
    private const int HeaderBuffer = 2048;

    private readonly int _slots = (2 * threads) + 2;
    private readonly SemaphoreSlim _window = new((2 * threads) + 2);
    private readonly ConcurrentBag<FrameCodec> _codecs = [];
    private readonly ConcurrentDictionary<int, LargeEntry> _large = [];
    private readonly ManifestChecker _manifests = new(layout.Index);
    private readonly CancellationTokenSource _stop = new();
    private Failure? _failure;
    private int _lent;
    private int _submitted;

    /// <summary>Waits for room, then lends a buffer for a frame; it goes back through <see cref="Submit"/> or <see cref="Return"/>.</summary>
    public byte[] Rent(CancellationToken cancellation)
    {
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token))
        {
            try
            {
                _window.Wait(either.Token);
            }
            catch (OperationCanceledException) when (_failure is not null)
            {
                Finish();
            }
        }

        Interlocked.Increment(ref _lent);
        return ArrayPool<byte>.Shared.Rent(ZstdFrame.MaxLength);
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(byte[] buffer)
    {
        Interlocked.Decrement(ref _lent);
        Free(buffer);
    }

    /// <summary>Hands in a frame; those of one large entry come in their order.</summary>
    /// <param name="buffer">Rented; begins with the frame.</param>
    public void Submit(int number, byte[] buffer, int length)
    {
        Interlocked.Decrement(ref _lent);
        var order = Interlocked.Increment(ref _submitted);
        var frame = layout.Frames[number];
        if (frame.IsData)
        {
            var large = _large.GetOrAdd(frame.FirstEntry, entry => new LargeEntry(layout, entry));
            large.Tail = ProcessPiece(order, large.Tail, large, number, buffer, length);
        }
        else
        {
            _ = ProcessEntries(order, number, buffer, length);
        }
    }

    /// <summary>A frame that cannot be had: the large entry that it is a piece of counts as damaged.</summary>
    public void Miss(int number)
    {
        var frame = layout.Frames[number];
        if (frame.IsData)
        {
            _large.GetOrAdd(frame.FirstEntry, entry => new LargeEntry(layout, entry)).Damaged = true;
        }
    }

    /// <summary>Waits for all that was handed in.</summary>
    /// <exception cref="BundleException">A report, or the sink, ended the work.</exception>
    public void Finish()
    {
        Drain();
        _window.Release(_slots);
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure.Exception);
        }
    }

    /// <summary>Faults that show once all manifests were seen.</summary>
    public IEnumerable<Fault> FinalFaults()
    {
        var impact = new ImpactMap(layout);
        return _manifests.CheckTypes().Select(fault => fault with { Images = impact.OfBlob(layout.Index.Position(fault.Digest!.Value)!.Value) });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Work under way still uses what is freed here.
        Drain();
        foreach (var codec in _codecs)
        {
            codec.Dispose();
        }

        foreach (var large in _large.Values)
        {
            large.Hash.Dispose();
        }

        _window.Dispose();
        _stop.Dispose();
    }

    private void Drain()
    {
        // A buffer whose frame could not be read does not come back.
        for (var i = Volatile.Read(ref _lent); i < _slots; i++)
        {
            _window.Wait(CancellationToken.None);
        }
    }

    private async Task ProcessEntries(int order, int number, byte[] buffer, int length)
    {
        await Task.Yield();
        byte[]? content = null;
        try
        {
            content = TryDecode(order, number, buffer, length);
            if (content is not null)
            {
                CheckEntries(number, content.AsMemory(0, layout.Frames[number].Length));
            }
        }
        catch (Exception e)
        {
            Fail(order, e);
        }
        finally
        {
            Release(content, buffer);
        }
    }

    private async Task ProcessPiece(int order, Task before, LargeEntry large, int number, byte[] buffer, int length)
    {
        await Task.Yield();
        byte[]? content = null;
        try
        {
            var frame = layout.Frames[number];
            content = TryDecode(order, number, buffer, length);
            var data = content.AsMemory(0, content is null ? 0 : frame.Length);
            if (content is not null && sink.Wants(frame.FirstEntry))
            {
                sink.Piece(frame.FirstEntry, frame.DataOffset, data.Span);
            }

            await before;
            CheckPiece(order, large, number, frame, data);
        }
        catch (Exception e)
        {
            Fail(order, e);
        }
        finally
        {
            Release(content, buffer);
        }
    }

    private void Release(byte[]? content, byte[] buffer)
    {
        if (content is not null)
        {
            ArrayPool<byte>.Shared.Return(content);
        }

        Free(buffer);
    }

    private void Free(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        _window.Release();
    }

    private void Fail(int order, Exception e)
    {
        var mine = new Failure(order, e);
        for (var now = Volatile.Read(ref _failure); now is null || now.Order > order; now = Volatile.Read(ref _failure))
        {
            if (ReferenceEquals(Interlocked.CompareExchange(ref _failure, mine, now), now))
            {
                break;
            }
        }

        _stop.Cancel();
    }

    // What was handed in before the frame that ended the work may still end it with what is to be told.
    private bool IsOver(int order) => Volatile.Read(ref _failure) is { } failure && failure.Order < order;

    // Null where the frame is damaged, or where the work has ended already.
    private byte[]? TryDecode(int order, int number, byte[] buffer, int length)
    {
        if (IsOver(order))
        {
            return null;
        }

        var content = ArrayPool<byte>.Shared.Rent(layout.Frames[number].Length);
        var codec = _codecs.TryTake(out var idle) ? idle : new FrameCodec();
        var valid = codec.TryDecompress(buffer.AsSpan(0, length), content.AsSpan(0, layout.Frames[number].Length));
        _codecs.Add(codec);
        if (valid)
        {
            return content;
        }

        ArrayPool<byte>.Shared.Return(content);
        report(number, new Fault(FaultId.FrameInvalid, "a frame is damaged"));
        return null;
    }

    private void CheckEntries(int number, ReadOnlyMemory<byte> content)
    {
        foreach (var segment in layout.Segments(layout.Frames[number]))
        {
            var piece = content.Slice(segment.Offset, segment.Length);
            var valid = segment.Kind switch
            {
                SegmentKind.Zeros => !piece.Span.ContainsAnyExcept((byte)0),
                SegmentKind.Header => IsHeader(segment.Entry, piece.Span),
                _ => layout.Entries[segment.Entry].IsDerived ? piece.Span.SequenceEqual(layout.DerivedData(segment.Entry)) : CheckSmall(number, segment.Entry, piece),
            };
            if (!valid)
            {
                var what = segment.Kind switch { SegmentKind.Zeros => "padding is not zero [TAR-6]", SegmentKind.Header => "a header is not as the index demands [TAR-3]", _ => "an entry is not as the index demands [TAR-1]" };
                report(number, new Fault(FaultId.StreamInvalid, what) { Entry = layout.NameOf(segment.Entry) });
            }
        }
    }

    private bool IsHeader(int entry, ReadOnlySpan<byte> actual)
    {
        Span<byte> expected = actual.Length <= HeaderBuffer ? stackalloc byte[actual.Length] : new byte[actual.Length];
        layout.WriteHeader(entry, expected);
        return actual.SequenceEqual(expected);
    }

    // Reports for itself what is wrong with the content; true in any case.
    private bool CheckSmall(int number, int entry, ReadOnlyMemory<byte> data)
    {
        if (Digest.Of(data.Span) != layout.DigestOf(entry))
        {
            report(number, Damaged(entry));
            return true;
        }

        CheckManifest(number, entry, data);
        if (sink.Wants(entry))
        {
            sink.Small(entry, data.Span);
        }

        return true;
    }

    private void CheckPiece(int order, LargeEntry large, int number, PackageFrame frame, ReadOnlyMemory<byte> data)
    {
        var entry = frame.FirstEntry;
        large.Damaged |= data.IsEmpty;
        if (!IsOver(order) && !large.Damaged)
        {
            if (layout.Entries[entry].IsDerived)
            {
                large.Damaged = !data.Span.SequenceEqual(layout.DerivedData(entry).Slice((int)frame.DataOffset, data.Length));
                if (large.Damaged)
                {
                    report(number, new Fault(FaultId.StreamInvalid, "an entry is not as the index demands [TAR-1]") { Entry = layout.NameOf(entry) });
                }
            }
            else
            {
                large.Hash.AppendData(data.Span);
                if (large.Manifest is not null)
                {
                    data.CopyTo(large.Manifest.AsMemory((int)frame.DataOffset));
                }
            }
        }

        if (frame.DataOffset + frame.Length == layout.Entries[entry].Size)
        {
            CompleteLarge(order, large, number, entry);
        }
    }

    private void CompleteLarge(int order, LargeEntry large, int number, int entry)
    {
        _large.TryRemove(entry, out _);
        if (!IsOver(order) && !large.Damaged && !layout.Entries[entry].IsDerived)
        {
            if (Digest.Finish(large.Hash) != layout.DigestOf(entry))
            {
                report(number, Damaged(entry));
            }
            else
            {
                CheckManifest(number, entry, large.Manifest);
                if (sink.Wants(entry))
                {
                    sink.Complete(entry);
                }
            }
        }

        large.Hash.Dispose();
    }

    private void CheckManifest(int number, int entry, ReadOnlyMemory<byte> data)
    {
        var (kind, blob, _) = layout.Entries[entry];
        if (kind == EntryKind.Blob && layout.Index.Blobs[blob].IsManifest && _manifests.Check(blob, data) is { } fault)
        {
            report(number, fault with { Entry = layout.NameOf(entry) });
        }
    }

    private Fault Damaged(int entry) => new(FaultId.ContentDamaged, "the content does not have its digest")
    {
        Entry = layout.NameOf(entry),
        Digest = layout.DigestOf(entry),
    };

    private sealed record Failure(int Order, Exception Exception);

    private sealed class LargeEntry(PackageLayout layout, int entry)
    {
        public IncrementalHash Hash { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public Task Tail { get; set; } = Task.CompletedTask;

        public bool Damaged { get; set; }

        /// <summary>A large manifest's bytes, which are checked against the index when they are all there.</summary>
        public byte[]? Manifest { get; } =
            layout.Entries[entry] is { Kind: EntryKind.Blob } blob && layout.Index.Blobs[blob.Number].IsManifest ? new byte[blob.Size] : null;
    }
}
