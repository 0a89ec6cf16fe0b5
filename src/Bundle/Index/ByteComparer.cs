using System.Buffers;

namespace Bundle.Index;

/// <summary>Holds what is written against bytes that are there, and keeps nothing of it.</summary>
/// <param name="expected">What has to be written.</param>
internal sealed class ByteComparer(ReadOnlyMemory<byte> expected) : IBufferWriter<byte>
{
    private byte[] _piece = new byte[4096];
    private bool _differs;

    /// <summary>How many bytes were as expected, up to the first that was not.</summary>
    public int Same { get; private set; }

    /// <summary>Whether exactly the expected bytes were written.</summary>
    public bool IsSame => !_differs && Same == expected.Length;

    /// <inheritdoc/>
    public void Advance(int count)
    {
        if (!_differs)
        {
            var same = expected.Span[Same..].CommonPrefixLength(_piece.AsSpan(0, count));
            Same += same;
            _differs = same < count;
        }
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_piece.Length < sizeHint)
        {
            _piece = new byte[sizeHint];
        }

        return _piece;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
