using Bundle.Model;

namespace Bundle.Index;

/// <summary>Finds a blob's position in the index by its digest.</summary>
public sealed class BlobMap
{
    private readonly Dictionary<Digest, int> _positions;

    /// <summary>The map of some blobs; of a digest that occurs twice, the first position counts.</summary>
    public BlobMap(IReadOnlyList<IndexBlob> blobs)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        Blobs = blobs;
        _positions = new Dictionary<Digest, int>(blobs.Count);
        for (var i = 0; i < blobs.Count; i++)
        {
            _positions.TryAdd(blobs[i].Digest, i);
        }
    }

    /// <summary>The blobs that it was made from.</summary>
    public IReadOnlyList<IndexBlob> Blobs { get; }

    /// <summary>How many distinct digests there are.</summary>
    public int Count => _positions.Count;

    /// <summary>The position of a digest; null where it is not there.</summary>
    public int? Position(Digest digest) => _positions.TryGetValue(digest, out var position) ? position : null;
}
