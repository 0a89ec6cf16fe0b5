using Microsoft.Win32.SafeHandles;

namespace Bundle.IO;

/// <summary>A part of a file as a stream that is read once; ends early where the file does.</summary>
/// <param name="leaveOpen">Whether the file stays open after the stream.</param>
internal sealed class FileSegment(SafeFileHandle file, long offset, long length, bool leaveOpen = false) : Stream
{
    private long _done;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position { get => _done; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, length - _done)], offset + _done);
        _done += read;
        return read;
    }

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
