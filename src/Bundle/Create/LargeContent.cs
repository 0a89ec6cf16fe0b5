using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;
using Bundle.Sources;

namespace Bundle.Create;

/// <summary>The data of a large entry while it is read: piece after piece, hashed in their order on pool threads.</summary>
internal sealed class LargeContent : IDisposable
{
    private readonly PackageLayout _layout;
    private readonly int _entry;
    private readonly BlobLocation? _location;
    private readonly Stream? _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _hashed;
    private Task _tail = Task.CompletedTask;

    /// <param name="location">Null where the data follows from the index.</param>
    public LargeContent(PackageLayout layout, int entry, BlobLocation? location)
    {
        (_layout, _entry, _location) = (layout, entry, location);
        _stream = location?.Open();
    }

    /// <summary>Whether the content is compressed already (spec section 5); known once its beginning is read.</summary>
    public bool IsCompressed { get; private set; }

    /// <summary>Why a content is refused.</summary>
    public static Fault Mismatch(PackageLayout layout, int entry, BlobLocation location) =>
        new(FaultId.BlobMismatch, $"{location.Name} does not have the content that its digest promises")
        {
            Entry = location.Name,
            Digest = layout.DigestOf(entry),
            Hint = "the file is damaged, or it changed while it was read; fetch the image again",
        };

    /// <summary>Reads the next piece.</summary>
    /// <param name="offset">Where it stands in the data.</param>
    public void Read(Span<byte> target, long offset)
    {
        if (_stream is null)
        {
            _layout.DerivedData(_entry).Slice((int)offset, target.Length).CopyTo(target);
        }
        else if (_stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) != target.Length)
        {
            throw Mismatch(_layout, _entry, _location!).ToException();
        }

        if (offset == 0)
        {
            IsCompressed = ContentKind.IsCompressed(target);
        }
    }

    /// <summary>Hashes a piece after those before it; the last one's task fails where the digest does not hold.</summary>
    public Task Hash(ReadOnlyMemory<byte> piece)
    {
        if (_stream is not null)
        {
            _tail = HashAfter(_tail, piece);
        }

        return _tail;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();

    private async Task HashAfter(Task before, ReadOnlyMemory<byte> piece)
    {
        await before;
        await Task.Yield();
        _hash.AppendData(piece.Span);
        _hashed += piece.Length;
        if (_hashed == _layout.Entries[_entry].Size)
        {
            var digest = Digest.Finish(_hash);
            _hash.Dispose();
            if (digest != _layout.DigestOf(_entry))
            {
                throw Mismatch(_layout, _entry, _location!).ToException();
            }
        }
    }
}
