using System.IO.Hashing;

namespace Bundle.Format;

/// <summary>Computes the range checksums of bytes that pass in order (spec section 6).</summary>
public sealed class RangeHasher
{
    private readonly XxHash64 _hash = new();
    private readonly List<ulong> _checksums = [];
    private int _filled;

    /// <summary>How many bytes have passed.</summary>
    public long Length { get; private set; }

    /// <summary>More bytes pass.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (bytes.Length > 0)
        {
            var piece = bytes[..Math.Min(bytes.Length, Limits.Range - _filled)];
            if (piece.Length == Limits.Range)
            {
                _checksums.Add(XxHash64.HashToUInt64(piece));
            }
            else
            {
                _hash.Append(piece);
                _filled += piece.Length;
                CloseRange(Limits.Range);
            }

            bytes = bytes[piece.Length..];
        }
    }

    /// <summary>The checksums of all that has passed; the last range may be shorter.</summary>
    public IReadOnlyList<ulong> Finish()
    {
        CloseRange(1);
        return _checksums;
    }

    private void CloseRange(int atLeast)
    {
        if (_filled >= atLeast)
        {
            _checksums.Add(_hash.GetCurrentHashAsUInt64());
            _hash.Reset();
            _filled = 0;
        }
    }
}
