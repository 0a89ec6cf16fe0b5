using Bundle.Access;
using Bundle.Faults;

namespace Bundle.Net;

/// <summary>A package on a server that gives ranges.</summary>
internal sealed class HttpSource : ByteSource
{
    // A package's head, and its tables at the end, mostly fit into one.
    private const int Block = 64 * 1024;
    private const int LargestChunk = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly RangeClient _client;
    private readonly byte[] _head;
    private (long Offset, byte[] Bytes) _block = (0, []);
    private ReadAhead? _ahead;

    private HttpSource(RangeClient client, byte[] head) => (_client, _head) = (client, head);

    /// <inheritdoc/>
    public override string Name => _client.Name;

    /// <inheritdoc/>
    public override long Length => _client.Length!.Value;

    /// <inheritdoc/>
    public override long BytesRead => _client.Received;

    /// <inheritdoc/>
    public override bool IsDistant => true;

    /// <summary>Asks a server for a file; where it gives no ranges the file is a stream that is read once.</summary>
    /// <exception cref="BundleException">There is no such file, or the server cannot be reached.</exception>
    public static (ByteSource? Source, Stream? Stream, string Name) Open(Uri url, HttpOptions options)
    {
        var client = new RangeClient(url, options);
        try
        {
            var (head, whole) = client.Open(Block).GetAwaiter().GetResult();
            return whole is null ? (new HttpSource(client, head), null, client.Name) : (null, new OwningStream(whole, client), client.Name);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Expect(IEnumerable<ByteRange> plan) => Follow(plan, slowStart: false);

    /// <inheritdoc/>
    public override Stream OpenStream()
    {
        Follow(Chunks(), slowStart: true);
        return base.OpenStream();
    }

    /// <inheritdoc/>
    protected override int ReadSome(Span<byte> target, long offset)
    {
        if (offset < _head.Length)
        {
            return Copy(_head, offset, target);
        }

        lock (_lock)
        {
            if (_ahead?.Read(target, offset) is > 0 and var read)
            {
                return read;
            }

            if (offset >= _block.Offset && offset < _block.Offset + _block.Bytes.Length)
            {
                return Copy(_block.Bytes, offset - _block.Offset, target);
            }

            if (target.Length < Block)
            {
                var start = Math.Max(0, Math.Min(offset, Length - Block));
                _block = (start, Fetch(start, (int)Math.Min(Block, Length - start)));
                return Copy(_block.Bytes, offset - start, target);
            }
        }

        var bytes = Fetch(offset, (int)Math.Min(Math.Min(target.Length, LargestChunk), Length - offset));
        return Copy(bytes, 0, target);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _ahead?.Dispose();
        _client.Dispose();
    }

    private static int Copy(byte[] from, long offset, Span<byte> target)
    {
        var piece = from.AsSpan((int)offset);
        piece = piece[..Math.Min(piece.Length, target.Length)];
        piece.CopyTo(target);
        return piece.Length;
    }

    private void Follow(IEnumerable<ByteRange> plan, bool slowStart)
    {
        lock (_lock)
        {
            _ahead?.Dispose();

            // The head is here already.
            _ahead = new ReadAhead(_client, plan.Where(range => range.End > _head.Length).Select(Rest), slowStart);
        }
    }

    private ByteRange Rest(ByteRange range) =>
        range.Offset >= _head.Length ? range : new ByteRange(_head.Length, range.End - _head.Length);

    // From small to large: who looks at the head alone shall not fetch more.
    private IEnumerable<ByteRange> Chunks()
    {
        long size = 2 * Block;
        for (long at = _head.Length; at < Length; at += size, size = Math.Min(2 * size, LargestChunk))
        {
            yield return new ByteRange(at, Math.Min(size, Length - at));
        }
    }

    private byte[] Fetch(long offset, int length)
    {
        var bytes = new byte[length];
        _client.Fetch(offset, bytes).GetAwaiter().GetResult();
        return bytes;
    }
}
