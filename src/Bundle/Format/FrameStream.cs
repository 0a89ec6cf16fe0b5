namespace Bundle.Format;

/// <summary>What <see cref="FrameStream.Read"/> found.</summary>
public enum FrameStatus
{
    /// <summary>A data frame.</summary>
    Data,

    /// <summary>The range checksums begin here: the data is over.</summary>
    Tables,

    /// <summary>Bytes that are no frame of a package.</summary>
    Malformed,

    /// <summary>The input ends within a frame, or before one.</summary>
    Cut,
}

/// <summary>
/// Takes a package apart into frames in one pass, from a file or a pipe. Every byte that is passed over goes through the
/// range checksums.
/// </summary>
/// <param name="tap">Receives every byte of the input, in order, as it is read; null where nobody listens.</param>
public sealed class FrameStream(Stream stream, FrameStream.Tap? tap = null)
{
    /// <summary>Receives bytes of the input.</summary>
    public delegate void Tap(ReadOnlySpan<byte> bytes);

    private readonly byte[] _buffer = new byte[2 * ZstdFrame.MaxLength];
    private int _start, _end;
    private bool _ended;

    /// <summary>Passes the stream over bytes that are known not to be there; given the stream's position, gives how many. Null where all are.</summary>
    internal Func<long, long>? PassGap { get; init; }

    /// <summary>Whether such bytes were passed over; they are not among the range checksums, which then fit nothing.</summary>
    internal bool HasGaps { get; private set; }

    /// <summary>Where in the package the next frame begins.</summary>
    public long Position { get; private set; }

    /// <summary>Whether nothing is left of the input.</summary>
    public bool IsOver => _ended && _start == _end;

    /// <summary>Whether what is here begins as a frame does, as far as it goes.</summary>
    public bool BeginsAsFrame => !IsOver && ZstdFrame.Magic.StartsWith(Available[..Math.Min(ZstdFrame.Magic.Length, Available.Length)]);

    /// <summary>The checksums of what was passed over.</summary>
    public RangeHasher Ranges { get; } = new();

    /// <summary>The data frames that were read, as the seek table has to have them.</summary>
    public List<SeekEntry> Seen { get; } = [];

    /// <summary>The length of the content that the frame here states; -1 where there is no data frame. Reads no more than that takes.</summary>
    public int PeekContentLength()
    {
        Ensure(RangeTable.Header);
        return ZstdFrame.TryReadHeader(Available, out _, out var length) ? length : -1;
    }

    /// <summary>Reads the frame here and passes over it; stays where it is on any other status than <see cref="FrameStatus.Data"/>.</summary>
    /// <param name="frame">The frame's bytes, valid until the next call.</param>
    public FrameStatus Read(out ReadOnlyMemory<byte> frame)
    {
        var status = Peek(out frame, out var contentLength);
        if (status == FrameStatus.Data)
        {
            Seen.Add(new SeekEntry((uint)frame.Length, (uint)contentLength, ZstdFrame.StatedChecksum(frame.Span)));
            Pass(frame.Length);
        }

        return status;
    }

    /// <summary>Reads the frame here and stays before it.</summary>
    /// <param name="frame">The frame's bytes, valid until the next call.</param>
    /// <param name="contentLength">The length of the content that it states.</param>
    public FrameStatus Peek(out ReadOnlyMemory<byte> frame, out int contentLength)
    {
        (frame, contentLength) = (default, 0);
        Ensure(RangeTable.Header);
        if (RangeTable.StartsHere(Available))
        {
            return FrameStatus.Tables;
        }

        if (!ZstdFrame.TryReadHeader(Available, out var length, out contentLength))
        {
            return Available.Length < ZstdFrame.MaxHeader && _ended ? FrameStatus.Cut : FrameStatus.Malformed;
        }

        for (var last = false; !last;)
        {
            Ensure(length + 3);
            if (Available.Length < length + 3)
            {
                return FrameStatus.Cut;
            }

            if (!ZstdFrame.TryReadBlock(Available[length..], out last, out _, out var block) || length + 3 + block + 4 > ZstdFrame.MaxLength)
            {
                return FrameStatus.Malformed;
            }

            length += 3 + block;
        }

        length += 4;
        Ensure(length);
        if (Available.Length < length)
        {
            return FrameStatus.Cut;
        }

        frame = _buffer.AsMemory(_start, length);
        return FrameStatus.Data;
    }

    /// <summary>
    /// Passes over damage up to the next place where a frame, or the range checksums, can begin; returns the bytes passed,
    /// at least one unless the input is over.
    /// </summary>
    public long Skip()
    {
        var from = Position;
        while (true)
        {
            Ensure(ZstdFrame.MaxLength);
            if (Available.Length == 0)
            {
                return Position - from;
            }

            var step = Position == from ? 1 : 0;
            var next = NextMagic(Available[step..]);
            if (next >= 0)
            {
                Pass(step + next);
                return Position - from;
            }

            if (!_ended && PassGap?.Invoke(Position + Available.Length) is > 0 and var missing)
            {
                Pass(Available.Length);
                Position += missing;
                HasGaps = true;
                continue;
            }

            Pass(_ended ? Available.Length : Math.Max(1, Available.Length - RangeTable.Header));
        }
    }

    /// <summary>Reads all that is left behind the data, up to a limit; null where there is more.</summary>
    public byte[]? ReadRest(long limit)
    {
        using var rest = new MemoryStream();
        while (rest.Length <= limit)
        {
            Ensure(1);
            if (Available.Length == 0)
            {
                return rest.ToArray();
            }

            rest.Write(Available);
            Position += Available.Length;
            _start = _end;
        }

        return null;
    }

    /// <summary>Reads to the end of the input, for the tap alone.</summary>
    public void Drain()
    {
        for (_start = _end; !_ended; _start = _end)
        {
            Ensure(1);
        }
    }

    private ReadOnlySpan<byte> Available => _buffer.AsSpan(_start, _end - _start);

    private static int NextMagic(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at + RangeTable.Header <= bytes.Length; at++)
        {
            var found = bytes[at..].IndexOfAny((byte)0x28, (byte)0x5D);
            if (found < 0)
            {
                return -1;
            }

            at += found;
            if (ZstdFrame.TryReadHeader(bytes[at..], out _, out _) || RangeTable.StartsHere(bytes[at..]))
            {
                return at;
            }
        }

        return -1;
    }

    private void Pass(int length)
    {
        Ranges.Append(_buffer.AsSpan(_start, length));
        _start += length;
        Position += length;
    }

    private void Ensure(int length)
    {
        if (_end - _start >= length || _ended)
        {
            return;
        }

        if (_buffer.Length - _start < length)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            (_start, _end) = (0, _end - _start);
        }

        while (_end - _start < length && !_ended)
        {
            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            tap?.Invoke(_buffer.AsSpan(_end, read));
            _end += read;
            _ended = read == 0;
        }
    }
}
