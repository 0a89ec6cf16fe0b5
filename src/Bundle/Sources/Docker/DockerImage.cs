using System.Buffers;
using System.Text.Json;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Sources.Trees;

namespace Bundle.Sources.Docker;

/// <summary>
/// An image of a docker archive with the manifest that is made for it: a docker one of schema 2, or an OCI one where a layer is
/// compressed with zstd, for which docker has no media type. The config is kept byte for byte, and the layers as they are.
/// </summary>
internal sealed class DockerImage : ImageStore
{
    private const string DockerTar = "application/vnd.docker.image.rootfs.diff.tar", OciTar = "application/vnd.oci.image.layer.v1.tar";

    private readonly string _origin;
    private readonly MemoryLocation _manifest;
    private readonly Dictionary<Digest, BlobLocation> _blobs = [];

    private DockerImage(string origin, BlobLocation config, byte[] configBytes, IReadOnlyList<DockerLayer> layers)
    {
        _origin = origin;
        var configDigest = Model.Digest.Of(configBytes);
        _blobs[configDigest] = config;
        foreach (var layer in layers)
        {
            _blobs[layer.Digest] = layer.Location;
        }

        var manifest = Make(configDigest, configBytes.Length, layers);
        _manifest = new MemoryLocation(origin + ": the manifest made for " + configDigest, manifest);
        Digest = Model.Digest.Of(manifest);
    }

    /// <summary>The digest of the manifest.</summary>
    public Digest Digest { get; }

    /// <inheritdoc/>
    public override string Origin => _origin;

    /// <inheritdoc/>
    public override string Remedy => "save the image again";

    /// <summary>Reads an image.</summary>
    /// <exception cref="BundleException">Its config or a layer is missing or wrong.</exception>
    public static DockerImage Read(FileTree tree, string root, DockerItem item, DockerLayers layers, CancellationToken cancellation)
    {
        var path = item.Config.StartsWith('/') ? null : TarName.Normalize(item.Config, mayClimb: false);
        var config = (path is null ? null : tree.File(FileTree.Join(root, path))) ?? throw Invalid(tree.Shown(TarName.Printable(item.Config)), "is missing: it is an image's config");
        var bytes = config.ReadAll(Limits.Manifest);
        var diffIds = DiffIds(config, bytes);
        if (diffIds.Count != item.Layers.Count)
        {
            throw Invalid(config.Name, $"speaks of {diffIds.Count} layers, and the archive of {item.Layers.Count}");
        }

        return new DockerImage(tree.Name, config, bytes, [.. item.Layers.Select((layer, i) => layers.Find(layer, diffIds[i], cancellation))]);
    }

    /// <inheritdoc/>
    public override BlobLocation? Manifest(Digest digest) => digest == Digest ? _manifest : null;

    /// <inheritdoc/>
    public override BlobLocation? Blob(Descriptor blob) => _blobs.GetValueOrDefault(blob.Digest);

    /// <inheritdoc/>
    public override string PlaceOf(Digest digest, bool isManifest) => _origin;

    private static List<Digest> DiffIds(BlobLocation config, byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth });
            return [.. document.RootElement.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(one =>
                Model.Digest.TryParse(one.GetString(), out var digest) ? digest : throw Invalid(config.Name, "has a layer of no supported digest"))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Invalid(config.Name, "is no image's config: " + e.Message);
        }
    }

    private static byte[] Make(Digest config, long size, IReadOnlyList<DockerLayer> layers)
    {
        var oci = layers.Any(layer => layer.Compression == Compression.Zstd);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", oci ? MediaTypes.OciManifest : MediaTypes.DockerManifest);
            json.WritePropertyName("config");
            Descriptor(json, oci ? MediaTypes.OciConfig : MediaTypes.DockerConfig, config, size);
            json.WriteStartArray("layers");
            foreach (var layer in layers)
            {
                Descriptor(json, MediaTypeOf(layer.Compression, oci), layer.Digest, layer.Location.Length);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string MediaTypeOf(Compression compression, bool oci) => (compression, oci) switch
    {
        (Compression.Gzip, true) => OciTar + "+gzip",
        (Compression.Gzip, false) => DockerTar + ".gzip",
        (Compression.Zstd, _) => OciTar + "+zstd",
        _ => oci ? OciTar : DockerTar,
    };

    private static void Descriptor(Utf8JsonWriter json, string mediaType, Digest digest, long size)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", mediaType);
        json.WriteNumber("size", size);
        json.WriteString("digest", digest.ToString());
        json.WriteEndObject();
    }

    private static BundleException Invalid(string path, string what) =>
        new Fault(FaultId.SourceInvalid, $"{path} {what}") { Entry = path, Hint = "save the image again" }.ToException();
}
