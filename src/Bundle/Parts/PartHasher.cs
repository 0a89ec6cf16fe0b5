using System.Security.Cryptography;
using Bundle.Model;

namespace Bundle.Parts;

/// <summary>
/// Computes the digest of every part from bytes that pass by. A reader may look elsewhere meanwhile, as at the tables at the end: what does
/// not go on where the last byte ended is passed over, and what never came is read in the end. Parts that are not there in full are not hashed: a list may claim any size.
/// </summary>
internal sealed class PartHasher(PartedSource source) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<Digest> _digests = [];
    private long _position;

    /// <summary>Bytes of the package pass by; for one thread.</summary>
    public void Pass(ReadOnlySpan<byte> bytes, long offset)
    {
        PassMissing();
        if (offset > _position || offset + bytes.Length <= _position)
        {
            return;
        }

        bytes = bytes[(int)(_position - offset)..];
        var part = _digests.Count;
        var left = source.List.OffsetOf(part) + source.List.Parts[part].Size - _position;
        var piece = bytes[..(int)Math.Min(bytes.Length, left)];
        _hash.AppendData(piece);
        _position += piece.Length;
        if (piece.Length == left)
        {
            _digests.Add(Digest.Finish(_hash));
        }
    }

    /// <summary>The digests of all parts, once the rest is read; of one that is missing or cut, that of nothing.</summary>
    public IReadOnlyList<Digest> Finish(CancellationToken cancellation)
    {
        var buffer = new byte[1024 * 1024];
        for (PassMissing(); _position < source.Length; PassMissing())
        {
            cancellation.ThrowIfCancellationRequested();
            _ = source.Read(buffer, _position);
        }

        return _digests;
    }

    private void PassMissing()
    {
        while (_digests.Count < source.List.Parts.Count && _position == source.List.OffsetOf(_digests.Count) && source.Present(_digests.Count) is var present
            && (present ?? 0) < source.List.Parts[_digests.Count].Size)
        {
            _position += source.List.Parts[_digests.Count].Size;
            _digests.Add(default);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
