using System.Buffers;

namespace Bundle.Index;

/// <summary>Takes a document of unknown length without ever moving what is there: a buffer that doubles holds it three times.</summary>
internal sealed class SegmentedBuffer : IBufferWriter<byte>
{
    private const int Segment = 1024 * 1024;

    private readonly List<(byte[] Bytes, int Length)> _full = [];
    private byte[] _bytes = [];
    private int _length;

    /// <inheritdoc/>
    public void Advance(int count) => _length += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_bytes.Length - _length < Math.Max(1, sizeHint))
        {
            Close();
            (_bytes, _length) = (ArrayPool<byte>.Shared.Rent(Math.Max(Segment, sizeHint)), 0);
        }

        return _bytes.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>All bytes in one array; the buffer is empty after it.</summary>
    public byte[] Take()
    {
        Close();
        var result = new byte[_full.Sum(segment => segment.Length)];
        var at = 0;
        foreach (var (bytes, length) in _full)
        {
            bytes.AsSpan(0, length).CopyTo(result.AsSpan(at));
            at += length;
            ArrayPool<byte>.Shared.Return(bytes);
        }

        _full.Clear();
        (_bytes, _length) = ([], 0);
        return result;
    }

    private void Close()
    {
        if (_bytes.Length > 0)
        {
            _full.Add((_bytes, _length));
        }
    }
}
