using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.IO;

/// <summary>
/// A content that has to be what its digest promises. Its last byte is handed out when size and digest hold, so whoever
/// reaches the end has the right bytes.
/// </summary>
/// <param name="damaged">What to say where it is something else; gets what is wrong with it.</param>
internal sealed class VerifiedStream(Stream inner, Digest digest, long size, Func<string, Fault> damaged) : ForwardStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;
    private bool _checked;

    /// <inheritdoc/>
    public override long Length => size;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="BundleException">It is of another length or digest.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || _checked)
        {
            return 0;
        }

        var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, size - _position)]);
        return Checked(buffer[..read], _position + read == size && inner.Read(stackalloc byte[1]) > 0);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    /// <exception cref="BundleException">It is of another length or digest.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _checked)
        {
            return 0;
        }

        var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, size - _position)], cancellationToken);
        var more = _position + read == size && await inner.ReadAsync(new byte[1], cancellationToken) > 0;
        return Checked(buffer.Span[..read], more);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Checked(ReadOnlySpan<byte> data, bool more)
    {
        _hash.AppendData(data);
        _position += data.Length;
        if (more || (data.IsEmpty && _position < size))
        {
            throw damaged(more ? $"has more than its {size} bytes" : $"ends after {_position} of {size} bytes").ToException();
        }

        if (_position == size)
        {
            _checked = true;
            var actual = Digest.Finish(_hash);
            return actual == digest ? data.Length : throw damaged($"has the digest {actual}").ToException();
        }

        return data.Length;
    }
}
