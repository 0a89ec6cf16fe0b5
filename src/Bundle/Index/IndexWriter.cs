using System.Buffers;

namespace Bundle.Index;

/// <summary>Writes bundle.json (spec section 4).</summary>
public static class IndexWriter
{
    /// <summary>The canonical bytes of an index; their sha256 is the bundle digest (spec section 4.1).</summary>
    /// <exception cref="Faults.BundleException">They exceed the limit of bundle.json.</exception>
    public static byte[] Write(BundleIndex index)
    {
        var buffer = new SegmentedBuffer();
        Write(index, buffer);
        return buffer.Take();
    }

    /// <summary>Writes the canonical bytes of an index.</summary>
    internal static void Write(BundleIndex index, IBufferWriter<byte> output)
    {
        var json = new CanonicalJson(output, Limits.Index);
        json.BeginObject().Name("format"u8).Value("bundle").Name("version"u8).Value(1);
        Write(json.Name("features"u8), index.Features);
        json.Name("bases"u8).BeginArray();
        foreach (var digest in index.Bases)
        {
            json.Value(digest);
        }

        json.EndArray().Name("images"u8).BeginArray();
        foreach (var image in index.Images)
        {
            Write(json, image);
        }

        json.EndArray().Name("blobs"u8).BeginArray();
        foreach (var blob in index.Blobs)
        {
            Write(json, blob);
        }

        json.EndArray().Name("files"u8).BeginArray();
        foreach (var file in index.Files)
        {
            json.BeginObject().Name("path"u8).Value(file.Path).Name("mode"u8).Value(file.ModeText);
            json.Name("size"u8).Value(file.Size).Name("digest"u8).Value(file.Digest).EndObject();
        }

        json.EndArray().EndObject();
    }

    private static void Write(CanonicalJson json, IndexImage image)
    {
        json.BeginObject().Name("name"u8).Value(image.Name.Full).Name("repository"u8).Value(image.Name.Repository);
        Write(json.Name("tags"u8), image.Tags);
        json.Name("byDigest"u8).Value(image.ByDigest).Name("digest"u8).Value(image.Digest).Name("mediaType"u8).Value(image.MediaType);
        Write(json.Name("platforms"u8), image.Platforms);
        json.Name("signatures"u8).BeginArray();
        foreach (var signature in image.Signatures)
        {
            json.BeginObject().Name("manifest"u8).Value(signature.Manifest).Name("number"u8).Value(signature.Number);
            json.Name("digest"u8).Value(signature.Digest).Name("size"u8).Value(signature.Size).EndObject();
        }

        json.EndArray().EndObject();
    }

    private static void Write(CanonicalJson json, IndexBlob blob)
    {
        json.BeginObject().Name("digest"u8).Value(blob.Digest).Name("size"u8).Value(blob.Size);
        json.Name("mediaType"u8).Value(blob.MediaType);
        json.Name("data"u8).Value(blob.Data switch { BlobData.Base => "base", BlobData.Omitted => "omitted", _ => "package" });
        if (blob.Data == BlobData.Base)
        {
            json.Name("base"u8).Value(blob.Base);
        }

        if (blob.Config is { } config)
        {
            json.Name("config"u8).Value(config);
            Write(json.Name("layers"u8), blob.Layers);
        }

        if (blob.Manifests is { } manifests)
        {
            Write(json.Name("manifests"u8), manifests);
        }

        json.EndObject();
    }

    private static void Write(CanonicalJson json, IReadOnlyList<string> texts)
    {
        json.BeginArray();
        foreach (var text in texts)
        {
            json.Value(text);
        }

        json.EndArray();
    }

    private static void Write(CanonicalJson json, IReadOnlyList<int> positions)
    {
        json.BeginArray();
        foreach (var position in positions)
        {
            json.Value(position);
        }

        json.EndArray();
    }
}
