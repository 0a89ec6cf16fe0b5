using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Reading;

/// <summary>Holds the manifests of a package against its index (spec MAN-1, MAN-2).</summary>
internal sealed class ManifestChecker(BundleIndex index)
{
    private readonly string?[] _types = new string?[index.Blobs.Count];
    private int _unseen = index.Blobs.Count(blob => blob.IsManifest && blob.Data == BlobData.Package);

    /// <summary>Checks a manifest; null where it says what the index says.</summary>
    public Fault? Check(int blob, ReadOnlyMemory<byte> bytes)
    {
        var entry = index.Blobs[blob];
        Manifest manifest;
        try
        {
            manifest = Manifest.Parse(bytes);
        }
        catch (FormatException e)
        {
            return Contradiction(entry, e.Message, e is EmbeddedDataException ? "MAN-2" : "MAN-1");
        }

        if (manifest.MediaType != entry.MediaType)
        {
            return Contradiction(entry, $"the manifest is {manifest.MediaType}, the index says {entry.MediaType}");
        }

        IReadOnlyList<int> stated = entry.Manifests ?? [entry.Config ?? 0, .. entry.Layers];
        IReadOnlyList<Descriptor> own = manifest.Manifests ?? [manifest.Config!, .. manifest.Layers];
        if (stated.Count != own.Count || (entry.Manifests is null) != (manifest.Manifests is null))
        {
            return Contradiction(entry, "the manifest names other blobs than the index says");
        }

        for (var i = 0; i < own.Count; i++)
        {
            var target = index.Blobs[stated[i]];
            if (own[i].Digest != target.Digest || own[i].Size != target.Size)
            {
                return Contradiction(entry, $"the manifest names {own[i].Digest} of {own[i].Size} bytes where the index has {target.Digest} of {target.Size}");
            }

            Note(stated[i], own[i].MediaType);
        }

        Interlocked.Decrement(ref _unseen);
        return null;
    }

    /// <summary>
    /// Whether the media types of other blobs are those that the manifests give (spec section 4.3). All of them together
    /// decide that, so nothing can be said where not all were checked.
    /// </summary>
    public IEnumerable<Fault> CheckTypes()
    {
        if (_unseen > 0)
        {
            yield break;
        }

        for (var i = 0; i < _types.Length; i++)
        {
            if (!index.Blobs[i].IsManifest && _types[i] is { } type && type != index.Blobs[i].MediaType)
            {
                yield return Contradiction(index.Blobs[i], $"the index says {index.Blobs[i].MediaType}, manifests say {type}");
            }
        }
    }

    private static Fault Contradiction(IndexBlob blob, string what, string rule = "MAN-1") => new(FaultId.ManifestInvalid, $"{what} [{rule}]") { Digest = blob.Digest };

    private void Note(int blob, string type)
    {
        lock (_types)
        {
            if (_types[blob] is null || string.CompareOrdinal(type, _types[blob]) < 0)
            {
                _types[blob] = type;
            }
        }
    }
}
