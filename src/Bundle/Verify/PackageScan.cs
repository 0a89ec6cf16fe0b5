using System.Buffers;
using Bundle.Access;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Reading;

namespace Bundle.Verify;

/// <summary>
/// One pass over a package, to its end whatever is wrong with it. With an intact seek table every frame is found through
/// it; without, or in a pipe, frames are found one after the other, and after damage by looking for the next one.
/// </summary>
/// <param name="hash">Receives the package's bytes; null where its own digest is not asked for.</param>
internal sealed class PackageScan(PackageFile file, int threads, PackageHash? hash, IProgressSink progress, CancellationToken cancellation)
{
    private readonly DamageLog _log = new();

    /// <summary>The head; null before the pass, and where it cannot be read.</summary>
    public PackageHead? Head { get; private set; }

    /// <summary>Runs the pass.</summary>
    public VerifyReport Run()
    {
        var tables = file.Length is null ? null : file.ReadTables();
        var frames = file.Frames(hash is null ? null : hash.Append);
        var head = Head = ReadHead(frames, tables);
        var layout = head is null ? null : new PackageLayout(head);
        if (tables is not null && layout is not null && !tables.Fits(layout))
        {
            tables = null;
        }

        long size;
        IReadOnlyList<(long Offset, long Length)>? damaged;
        using (var processor = layout is null ? null : new FrameProcessor(layout, new CheckingSink(), threads, _log.Add))
        {
            (size, damaged) = tables is not null ? ByTable(tables, processor) : InOrder(frames, head?.Frames ?? 0, layout, processor);
            processor?.Finish();
            cancellation.ThrowIfCancellationRequested();
            if (hash is not null)
            {
                size = HashRest(hash, frames, size, inOrder: tables is null);
            }

            foreach (var fault in _log.IsClean && processor is not null ? processor.FinalFaults() : [])
            {
                _log.Add(fault);
            }
        }

        return new VerifyReport(file.Name, size, head?.BundleDigest, head?.Index, _log.Report(layout, damaged)) { PackageDigest = hash?.Finish() };
    }

    // What nobody had to look at: the tables of a file, and whatever follows the end of a stream.
    private long HashRest(PackageHash hash, FrameStream frames, long size, bool inOrder)
    {
        if (inOrder)
        {
            frames.Drain();
            return hash.Length;
        }

        var buffer = new byte[Limits.Range];
        while (hash.Length < size)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, size - hash.Length));
            if (!file.TryRead(piece, hash.Length))
            {
                throw Shorter();
            }

            hash.Append(piece);
        }

        return size;
    }

    private BundleException Shorter() => new Fault(FaultId.Io, $"{file.Name} became shorter while it was read").ToException();

    private PackageHead? ReadHead(FrameStream frames, PackageTables? tables)
    {
        try
        {
            return WithHiddenSignatures(PackageHead.Read(frames), tables);
        }
        catch (BundleException e) when (e.Fault.Id.Class == FaultClass.Package)
        {
            _log.Add(e.Fault with { Offset = e.Fault.Offset ?? 0, Length = e.Fault.Length ?? tables?[0].Compressed ?? 1 });
            return null;
        }
    }

    // Where the frame of the signatures does not even begin as one, the seek table still tells that it is there.
    private static PackageHead WithHiddenSignatures(PackageHead head, PackageTables? tables)
    {
        if (head.Signatures.Count > 0 || tables is null || head.Frames >= tables.Frames || !SignatureFrame.IsLength(tables[head.Frames].Content))
        {
            return head;
        }

        var signed = head with { Signatures = SignatureFrame.Unreadable((int)tables[head.Frames].Content) };
        return tables.Fits(new PackageLayout(signed)) ? signed : head;
    }

    private (long Size, IReadOnlyList<(long Offset, long Length)>? Damaged) ByTable(PackageTables tables, FrameProcessor? processor)
    {
        var ranges = tables.Ranges is null ? null : new RangeHasher();
        var zeros = file.Gaps.Count == 0 ? [] : new byte[ZstdFrame.MaxLength];
        var gap = 0;
        using var codec = new FrameCodec();
        file.Expect(tables, Enumerable.Range(0, tables.Frames));
        for (var i = 0; i < tables.Frames; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var length = (int)tables[i].Compressed;
            if (IsMissing(new ByteRange(tables.OffsetOf(i), length), ref gap))
            {
                ranges?.Append(zeros.AsSpan(0, length));
                _log.Place(i, tables.OffsetOf(i), length);
                Miss(i, i + 1, false, processor, tables.OffsetOf(i));
                progress.Advance(length);
                continue;
            }

            var buffer = processor?.Rent(cancellation) ?? ArrayPool<byte>.Shared.Rent(ZstdFrame.MaxLength);
            try
            {
                if (!file.TryRead(buffer.AsSpan(0, length), tables.OffsetOf(i)))
                {
                    throw Shorter();
                }
            }
            catch
            {
                // The processor waits for all that it lent.
                processor?.Return(buffer);
                throw;
            }

            hash?.Append(tables.OffsetOf(i), buffer.AsSpan(0, length));
            ranges?.Append(buffer.AsSpan(0, length));
            _log.Place(i, tables.OffsetOf(i), length);
            if (length < 4 || ZstdFrame.StatedChecksum(buffer.AsSpan(0, length)) != tables[i].Checksum)
            {
                _log.Add(i, new Fault(FaultId.SeekTableInvalid, "a frame does not have the checksum that the seek table gives it [SEEK-1]"));
            }

            Process(i, buffer, length, codec, processor);
            progress.Advance(length);
        }

        if (tables.Ranges is null)
        {
            _log.Add(new Fault(FaultId.RangeTableInvalid, "the range checksums are malformed [RANGE-1]") { Offset = tables.DataLength, Length = RangeTable.Length(tables.DataLength) });
        }

        return (file.Length!.Value, Ranges(ranges, tables.Ranges, tables.DataLength));
    }

    // Whether nothing of a frame is there. Frames are asked for in their order; the gap to look at moves on with them.
    private bool IsMissing(ByteRange frame, ref int gap)
    {
        while (gap < file.Gaps.Count && file.Gaps[gap].End <= frame.Offset)
        {
            gap++;
        }

        return gap < file.Gaps.Count && file.Gaps[gap].Offset <= frame.Offset && frame.End <= file.Gaps[gap].End;
    }

    private void Process(int number, byte[] buffer, int length, FrameCodec codec, FrameProcessor? processor)
    {
        if (processor is not null)
        {
            processor.Submit(number, buffer, length);
            return;
        }

        // Without the index all that can be said is whether the frame is whole.
        var content = ArrayPool<byte>.Shared.Rent(Limits.Frame);
        if (!ZstdFrame.TryReadHeader(buffer.AsSpan(0, length), out _, out var stated)
            || !codec.TryDecompress(buffer.AsSpan(0, length), content.AsSpan(0, stated)))
        {
            _log.Add(number, new Fault(FaultId.FrameInvalid, "a frame is damaged"));
        }

        ArrayPool<byte>.Shared.Return(content);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private (long Size, IReadOnlyList<(long Offset, long Length)>? Damaged) InOrder(FrameStream frames, int next, PackageLayout? layout, FrameProcessor? processor)
    {
        using var codec = new FrameCodec();
        var lost = false;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var offset = frames.Position;
            var status = frames.Read(out var frame);
            if (status == FrameStatus.Data)
            {
                next = Number(frame.Span, next, lost, layout, processor, offset);
                lost = false;
                var buffer = processor is null || next >= layout!.Frames.Count ? null : processor.Rent(cancellation);
                if (buffer is not null)
                {
                    frame.Span.CopyTo(buffer);
                    processor!.Submit(next, buffer, frame.Length);
                }
                else if (processor is null)
                {
                    var copy = ArrayPool<byte>.Shared.Rent(ZstdFrame.MaxLength);
                    frame.Span.CopyTo(copy);
                    Process(next, copy, frame.Length, codec, null);
                }

                _log.Place(next, offset, frame.Length);
                next++;
                progress.Advance(frame.Length);
                continue;
            }

            if (status == FrameStatus.Malformed && !lost && next == layout?.Frames.Count)
            {
                // All data was there, so these are the tables, in whatever state.
                status = FrameStatus.Tables;
            }
            else if (status == FrameStatus.Malformed)
            {
                var skipped = frames.Skip();
                if (skipped > 0)
                {
                    _log.Place(next, offset, (int)Math.Min(int.MaxValue, skipped));
                    _log.Add(next, new Fault(FaultId.FrameInvalid, "the bytes here are no frame [FRAME-1]"));
                    lost = true;
                    progress.Advance(skipped);
                    continue;
                }
            }

            return End(frames, status, next + (lost ? 1 : 0), layout, processor);
        }
    }

    private static uint Content(ReadOnlySpan<byte> frame) => ZstdFrame.TryReadHeader(frame, out _, out var length) ? (uint)length : 0;

    // Which frame of the layout this is: the next one, or after damage the next one of this length.
    private int Number(ReadOnlySpan<byte> frame, int next, bool lost, PackageLayout? layout, FrameProcessor? processor, long offset)
    {
        if (layout is null)
        {
            return lost ? next + 1 : next;
        }

        var length = (int)Content(frame);
        var from = lost ? next + 1 : next;
        for (var candidate = from; candidate < layout.Frames.Count; candidate++)
        {
            if (layout.Frames[candidate].Length == length)
            {
                Miss(next, candidate, lost, processor, offset);
                return candidate;
            }
        }

        _log.Add(new Fault(FaultId.FrameInvalid, "a frame stands here that the index does not know [FRAME-3]") { Offset = offset, Length = frame.Length });
        return lost && next < layout.Frames.Count && layout.Frames[next].Length == length ? next : layout.Frames.Count;
    }

    private void Miss(int from, int to, bool firstReported, FrameProcessor? processor, long offset)
    {
        for (var i = from; i < to; i++)
        {
            processor?.Miss(i);
            if (i > from || !firstReported)
            {
                _log.Add(i, new Fault(FaultId.FrameInvalid, "a frame is missing [FRAME-3]") { Offset = offset, Length = 0 });
            }
        }
    }

    private (long Size, IReadOnlyList<(long Offset, long Length)>? Damaged) End(FrameStream frames, FrameStatus status, int next, PackageLayout? layout, FrameProcessor? processor)
    {
        var dataLength = frames.Position;
        if (layout is not null && next < layout.Frames.Count)
        {
            Miss(next, layout.Frames.Count, false, processor, dataLength);
        }

        var tail = PackageTail.Read(frames, status, _log.IsClean);
        foreach (var fault in tail.Faults)
        {
            _log.Add(fault);
        }

        return (tail.Size, frames.HasGaps ? null : Ranges(frames.Ranges, tail.Ranges, dataLength));
    }

    private static List<(long Offset, long Length)>? Ranges(RangeHasher? actual, ulong[]? stated, long dataLength) =>
        actual is null || stated is null ? null : DamageLog.Compare(actual.Finish(), stated, dataLength);
}
