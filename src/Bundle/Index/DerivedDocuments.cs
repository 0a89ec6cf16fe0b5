using Bundle.Model;

namespace Bundle.Index;

/// <summary>The documents that follow from the index, for tools that know OCI layouts or docker archives (spec 3.1, 4.5, 4.6).</summary>
public static class DerivedDocuments
{
    /// <summary>The content of <c>oci-layout</c>.</summary>
    public static byte[] OciLayout() => """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray();

    /// <summary>The content of <c>index.json</c>: one descriptor for each reference (spec TAR-8).</summary>
    public static byte[] OciIndex(BundleIndex index) => OciIndex(index, Limits.DerivedDocument);

    /// <summary>The content of <c>index.json</c>, of so many bytes at most.</summary>
    internal static byte[] OciIndex(BundleIndex index, int most)
    {
        ArgumentNullException.ThrowIfNull(index);
        var buffer = new SegmentedBuffer();
        var json = new CanonicalJson(buffer, most);
        json.BeginObject().Name("schemaVersion"u8).Value(2).Name("mediaType"u8).Value(MediaTypes.OciIndex).Name("manifests"u8).BeginArray();
        foreach (var image in index.Images)
        {
            var size = index.Blobs[ImageClosure.Root(index, image)].Size;
            foreach (var suffix in image.Tags.Select(tag => ":" + tag).Concat(image.ByDigest ? ["@" + image.Digest] : []))
            {
                json.BeginObject().Name("mediaType"u8).Value(image.MediaType).Name("digest"u8).Value(image.Digest).Name("size"u8).Value(size);
                json.Name("annotations"u8).BeginObject();
                json.Name("io.containerd.image.name"u8).Value(image.Name.Normalized + suffix);
                json.Name("org.opencontainers.image.ref.name"u8).Value(image.Name.Full + suffix).EndObject().EndObject();
            }
        }

        json.EndArray().EndObject();
        return buffer.Take();
    }

    /// <summary>The content of <c>manifest.json</c>: one item for each image manifest with a root file system (spec TAR-9).</summary>
    public static byte[] DockerManifest(BundleIndex index) => DockerManifest(index, Limits.DerivedDocument);

    /// <summary>The content of <c>manifest.json</c>, of so many bytes at most.</summary>
    internal static byte[] DockerManifest(BundleIndex index, int most)
    {
        ArgumentNullException.ThrowIfNull(index);
        var buffer = new SegmentedBuffer();
        var json = new CanonicalJson(buffer, most);
        json.BeginArray();

        // Groups come in the order of their first image.
        foreach (var group in index.Images.GroupBy(image => image.Digest))
        {
            var blob = index.Blobs[ImageClosure.Root(index, group.First())];
            if (blob.Config is not { } config || !MediaTypes.IsImageConfig(index.Blobs[config].MediaType))
            {
                continue;
            }

            json.BeginObject().Name("Config"u8).Value(Path(index.Blobs[config])).Name("RepoTags"u8).BeginArray();
            foreach (var image in group)
            {
                foreach (var tag in image.Tags)
                {
                    json.Value(image.Name.Full + ":" + tag);
                }
            }

            json.EndArray().Name("Layers"u8).BeginArray();
            foreach (var layer in blob.Layers)
            {
                json.Value(Path(index.Blobs[layer]));
            }

            json.EndArray().EndObject();
        }

        json.EndArray();
        return buffer.Take();
    }

    private static string Path(IndexBlob blob) => BlobPaths.Of(blob.Digest);
}
