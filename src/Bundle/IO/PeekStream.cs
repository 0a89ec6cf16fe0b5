namespace Bundle.IO;

/// <summary>A stream whose next bytes can be looked at before they are read. The stream below stays open.</summary>
internal sealed class PeekStream(Stream stream) : ForwardStream
{
    private byte[] _ahead = [];
    private long _done;

    /// <inheritdoc/>
    public override long Position { get => _done; set => throw new NotSupportedException(); }

    /// <summary>The next bytes; fewer only where the stream ends.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (_ahead.Length < count)
        {
            var (known, bytes) = (_ahead.Length, new byte[count]);
            _ahead.CopyTo(bytes, 0);
            _ahead = bytes[..(known + stream.ReadAtLeast(bytes.AsSpan(known), count - known, throwOnEndOfStream: false))];
        }

        return _ahead.AsSpan(0, Math.Min(count, _ahead.Length));
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read;
        if (_ahead.Length > 0)
        {
            read = Math.Min(buffer.Length, _ahead.Length);
            _ahead.AsSpan(0, read).CopyTo(buffer);
            _ahead = _ahead[read..];
        }
        else
        {
            read = stream.Read(buffer);
        }

        _done += read;
        return read;
    }
}
