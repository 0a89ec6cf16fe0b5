using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.IO;
using Bundle.Model;
using Bundle.Sources.Trees;

namespace Bundle.Sources.Docker;

/// <summary>A layer of a docker archive.</summary>
internal sealed record DockerLayer(Digest Digest, BlobLocation Location, Compression Compression);

/// <summary>
/// What the layers of a docker archive are by content. The archive says only what each is when it is decompressed (the config's
/// <c>diff_ids</c>), so a compressed one is read through to learn its digest, and checked on the way; each once.
/// </summary>
internal sealed class DockerLayers(FileTree tree, string root)
{
    private readonly Dictionary<string, (DockerLayer Layer, Digest DiffId)> _known = new(StringComparer.Ordinal);

    /// <summary>Finds a layer.</summary>
    /// <param name="path">The name of its entry.</param>
    /// <param name="diffId">The digest of what is in it.</param>
    /// <exception cref="BundleException">It is missing, damaged, another one, or of a form that registries do not know.</exception>
    public DockerLayer Find(string path, Digest diffId, CancellationToken cancellation)
    {
        if (!_known.TryGetValue(path, out var known))
        {
            var normal = path.StartsWith('/') ? null : TarName.Normalize(path, mayClimb: false);
            var location = (normal is null ? null : tree.File(FileTree.Join(root, normal))) ?? throw Wrong(tree.Shown(TarName.Printable(path)), "is missing", FaultId.BlobMissing);
            known = Read(location, diffId, cancellation);
            _known.Add(path, known);
        }

        return known.DiffId == diffId ? known.Layer
            : throw Wrong(known.Layer.Location.Name, $"has {known.DiffId} in it, not the {diffId} that the image's config says", FaultId.BlobMismatch);
    }

    private static (DockerLayer Layer, Digest DiffId) Read(BlobLocation location, Digest diffId, CancellationToken cancellation)
    {
        var compression = Decompression.Of(location);
        switch (compression)
        {
            case Compression.None:
                // Its digest is what the config says, or it is refused when it is written.
                return (new DockerLayer(diffId, location, compression), diffId);
            case Compression.Xz or Compression.Bzip2:
                throw Wrong(location.Name, $"is compressed with {compression.ToString().ToLowerInvariant()}, for which registries have no media type", FaultId.SourceInvalid);
            default:
                var (own, content) = Hash(location, compression, cancellation);
                return (new DockerLayer(own, location, compression), content);
        }
    }

    private static (Digest Own, Digest Content) Hash(BlobLocation location, Compression compression, CancellationToken cancellation)
    {
        using var hash = SHA256.Create();
        using var raw = new CryptoStream(location.Open(), hash, CryptoStreamMode.Read);
        try
        {
            Digest content;
            var limit = Decompression.Allowed(location.Length);
            long size = 0;
            using (var plain = Decompression.Open(raw, compression, leaveOpen: true))
            {
                content = FileCopy.Digest(plain, read => size = (size += read) <= limit ? size : throw Wrong(location.Name, $"becomes more than {limit} bytes", FaultId.SourceInvalid), cancellation);
            }

            raw.CopyTo(Stream.Null);
            return (new Digest(hash.Hash), content);
        }
        catch (Exception e) when (Decompression.IsUnsupported(e))
        {
            throw Wrong(location.Name, "is compressed in a way that is not supported: " + e.Message, FaultId.SourceInvalid);
        }
        catch (Exception e) when (Decompression.IsDamage(e))
        {
            throw Wrong(location.Name, "is damaged or cut: " + e.Message, FaultId.BlobMismatch);
        }
    }

    private static BundleException Wrong(string path, string what, FaultId id) => new Fault(id, $"the layer {path} {what}")
    {
        Entry = path,
        Hint = "save the image again",
    }.ToException();
}
