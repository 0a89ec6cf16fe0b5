using Bundle.IO;

namespace Bundle.Access;

/// <summary>A source as a stream from its beginning on. It belongs to the source, which is not disposed with it.</summary>
internal sealed class SourceStream(ByteSource source) : ForwardStream
{
    // Who looks at the head alone shall not read more.
    private const int Most = 256 * 1024;

    private long _position;

    /// <inheritdoc/>
    public override long Length => source.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Passes over bytes without reading them.</summary>
    public void Pass(long count) => _position += count;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = source.Read(buffer[..Math.Min(buffer.Length, Most)], _position);
        _position += read;
        return read;
    }
}
