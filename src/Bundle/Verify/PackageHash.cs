using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Bundle.Model;

namespace Bundle.Verify;

/// <summary>The sha256 of a whole package, taken on a thread of its own while the package is checked; what is under way is bounded.</summary>
internal sealed class PackageHash : IDisposable
{
    private const int Chunk = 1024 * 1024;
    private const int Waiting = 4;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly BlockingCollection<(byte[] Bytes, int Length)> _chunks = new(Waiting);
    private readonly Task _worker;
    private byte[] _open = ArrayPool<byte>.Shared.Rent(Chunk);
    private int _filled;

    public PackageHash() => _worker = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>How many bytes have passed.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes pass that stand at an offset; those that passed before are not counted again.</summary>
    public void Append(long offset, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length);
        Append(bytes[(int)Math.Min(bytes.Length, Length - offset)..]);
    }

    /// <summary>The next bytes pass.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (bytes.Length > 0)
        {
            var piece = bytes[..Math.Min(bytes.Length, Chunk - _filled)];
            piece.CopyTo(_open.AsSpan(_filled));
            _filled += piece.Length;
            bytes = bytes[piece.Length..];
            if (_filled == Chunk)
            {
                _chunks.Add((_open, _filled));
                (_open, _filled) = (ArrayPool<byte>.Shared.Rent(Chunk), 0);
            }
        }
    }

    /// <summary>The digest of all that has passed.</summary>
    public Digest Finish()
    {
        _chunks.Add((_open, _filled));
        (_open, _filled) = ([], 0);
        _chunks.CompleteAdding();
        _worker.GetAwaiter().GetResult();
        return Digest.Finish(_hash);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunks.CompleteAdding();
        _worker.GetAwaiter().GetResult();
        _chunks.Dispose();
        _hash.Dispose();
    }

    private void Work()
    {
        foreach (var (bytes, length) in _chunks.GetConsumingEnumerable())
        {
            _hash.AppendData(bytes, 0, length);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
