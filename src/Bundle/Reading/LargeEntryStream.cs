using System.Buffers;
using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.Format;
using Bundle.IO;
using Bundle.Model;

namespace Bundle.Reading;

/// <summary>
/// A large entry's data, or a range of it, decoded frame after frame. Whole data is held against its digest before the
/// last frame is handed out: whoever got every byte got the right ones. A range rests on the checksums of its frames.
/// </summary>
internal sealed class LargeEntryStream : ForwardStream, IRestingStream
{
    private readonly FrameReader _frames;
    private readonly int _entry, _firstFrame;
    private readonly long _begin, _end;
    private readonly IncrementalHash? _hash;
    private byte[]? _content;
    private Digest _resting;
    private long _position, _contentBegin, _contentEnd;

    /// <param name="firstFrame">The first frame of the entry's data.</param>
    /// <param name="offset">Where in the data the stream begins.</param>
    public LargeEntryStream(FrameReader frames, int entry, int firstFrame, long offset, long length)
    {
        (_frames, _entry, _firstFrame, _begin, _end, _position) = (frames, entry, firstFrame, offset, offset + length, offset);
        _hash = length == frames.Layout.Entries[entry].Size ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <inheritdoc/>
    public override long Length => _end - _begin;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position - _begin;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="BundleException">The data is damaged, or cannot be read.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_position == _end || buffer.IsEmpty)
        {
            return 0;
        }

        if (_position >= _contentEnd)
        {
            Advance();
        }
        else if (_content is null)
        {
            Resume();
        }

        var length = (int)Math.Min(buffer.Length, Math.Min(_contentEnd, _end) - _position);
        _content.AsSpan((int)(_position - _contentBegin), length).CopyTo(buffer);
        _position += length;
        return length;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // Decoding is work for a processor: another thread would not make it shorter.
    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Forget();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    public void Rest()
    {
        if (_content is { } content && _position < _end)
        {
            _resting = _position < _contentEnd ? Digest.Of(content.AsSpan(0, (int)(_contentEnd - _contentBegin))) : _resting;
            _content = null;
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    // What was held against the digest of the whole, and is read once more, has to be the same.
    private void Resume()
    {
        var number = Number;
        var content = Decode(number);
        if (Digest.Of(content) != _resting)
        {
            throw _frames.Damaged(_entry, number, 1);
        }
    }

    // All pieces but the last have the full length of a frame (spec FRAME-3).
    private int Number => _firstFrame + (int)(_position / Limits.Frame);

    private Span<byte> Decode(int number)
    {
        var content = (_content ??= ArrayPool<byte>.Shared.Rent(Limits.Frame)).AsSpan(0, _frames.Layout.Frames[number].Length);
        _frames.Read(number, content);
        return content;
    }

    private void Advance()
    {
        var number = Number;
        var frame = _frames.Layout.Frames[number];
        var content = Decode(number);
        _hash?.AppendData(content);
        if (_hash is not null && frame.DataOffset + frame.Length == _end && Digest.Finish(_hash) != _frames.Layout.DigestOf(_entry))
        {
            throw _frames.Damaged(_entry, _firstFrame, number - _firstFrame + 1);
        }

        (_contentBegin, _contentEnd) = (frame.DataOffset, frame.DataOffset + frame.Length);
    }

    private void Forget()
    {
        if (_content is { } content)
        {
            _content = null;
            (_position, _contentEnd) = (_end, _end);
            ArrayPool<byte>.Shared.Return(content);
        }
    }
}
