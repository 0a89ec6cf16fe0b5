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

    /// <summary>Bytes of the package pass by, all of one part; for one thread.</summary>
    public void Pass(ReadOnlySpan<byte> bytes, long offset)
    {
        PassMissing();
        if (offset > _position || offset + bytes.Length <= _position)
        {
            return;
        }

        bytes = bytes[(int)(_position - offset)..];
        _hash.AppendData(bytes);
        _position += bytes.Length;
        if (_position == EndOf(_digests.Count))
        {
            _digests.Add(Digest.Finish(_hash));
        }
    }

    /// <summary>The digests of all parts, once the rest is read; zeros for one that is missing or cut.</summary>
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
        for (var part = _digests.Count; part < source.List.Parts.Count && _position == source.List.OffsetOf(part) && (source.Present(part) ?? 0) < source.List.Parts[part].Size; part++)
        {
            _position = EndOf(part);
            _digests.Add(default);
        }
    }

    private long EndOf(int part) => source.List.OffsetOf(part) + source.List.Parts[part].Size;

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
