using Microsoft.Win32.SafeHandles;

namespace Bundle.IO;

/// <summary>A part of a file as a stream that is read once; ends early where the file does.</summary>
/// <param name="leaveOpen">Whether the file stays open after the stream.</param>
internal sealed class FileSegment(SafeFileHandle file, long offset, long length, bool leaveOpen = false) : ForwardStream
{
    private long _done;

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
    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
