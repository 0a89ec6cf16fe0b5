using System.Security.Cryptography;
using System.Text;

namespace Bundle.Samples;

/// <summary>A blob with its media type.</summary>
internal sealed record Blob(string MediaType, byte[] Content)
{
    public string Hex { get; } = Convert.ToHexStringLower(SHA256.HashData(Content));

    /// <summary>Its descriptor; <paramref name="more"/> is further members, each with a comma before it.</summary>
    public string Descriptor(string more = "") => $$"""{"mediaType":"{{MediaType}}","digest":"sha256:{{Hex}}","size":{{Content.Length}}{{more}}}""";
}

/// <summary>A manifest, or a list, with what it names.</summary>
internal sealed record Image(Blob Manifest, IReadOnlyList<Blob> Blobs, IReadOnlyList<Image> Children)
{
    private const string Docker = "application/vnd.docker.distribution.manifest.v2+json", Oci = "application/vnd.oci.image.manifest.v1+json";

    public const string OciGzip = "application/vnd.oci.image.layer.v1.tar+gzip", OciTar = "application/vnd.oci.image.layer.v1.tar",
        OciZstd = "application/vnd.oci.image.layer.v1.tar+zstd", DockerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>An image of docker's schema 2, with gzip layers of some archives.</summary>
    public static Image OfDocker(string architecture, params byte[][] tars) =>
        Make(Docker, "application/vnd.docker.container.image.v1+json", architecture, [.. tars.Select(tar => (new Blob(DockerGzip, Content.Gzip(tar)), tar))]);

    /// <summary>An OCI image with layers, each with the archive in it.</summary>
    public static Image OfOci(string architecture, params (Blob Layer, byte[] Tar)[] layers) =>
        Make(Oci, "application/vnd.oci.image.config.v1+json", architecture, layers);

    /// <summary>A gzip layer.</summary>
    public static (Blob Layer, byte[] Tar) Gzip(byte[] tar) => (new Blob(OciGzip, Content.Gzip(tar)), tar);

    /// <summary>An OCI manifest that is no image: the empty config, any layers (image-spec manifest.md, artifacts).</summary>
    public static Image Artifact(string type, Image? subject, params Blob[] layers)
    {
        var config = new Blob("application/vnd.oci.empty.v1+json", "{}"u8.ToArray());
        var json = $$"""{"schemaVersion":2,"mediaType":"{{Oci}}","artifactType":"{{type}}","config":{{config.Descriptor(",\"data\":\"e30=\"")}},"layers":[{{Join(layers)}}]"""
            + (subject is null ? "}" : $",\"subject\":{subject.Manifest.Descriptor()}}}");
        return new Image(new Blob(Oci, Encoding.UTF8.GetBytes(json)), [config, .. layers], []);
    }

    /// <summary>A list, or an OCI index, of images for platforms.</summary>
    public static Image List(bool oci, params (Image Image, string Architecture, string? Variant)[] children)
    {
        var type = oci ? "application/vnd.oci.image.index.v1+json" : "application/vnd.docker.distribution.manifest.list.v2+json";
        var descriptors = children.Select(child => child.Image.Manifest.Descriptor(
            $",\"platform\":{{\"architecture\":\"{child.Architecture}\",\"os\":\"{(child.Architecture == "unknown" ? "unknown" : "linux")}\""
            + (child.Variant is null ? "}" : $",\"variant\":\"{child.Variant}\"}}")));
        var json = $$"""{"schemaVersion":2,"mediaType":"{{type}}","manifests":[{{string.Join(',', descriptors)}}]}""";
        return new Image(new Blob(type, Encoding.UTF8.GetBytes(json)), [], [.. children.Select(child => child.Image)]);
    }

    /// <summary>Writes a skopeo dir image.</summary>
    public void WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "version"), "Directory Transport Version: 1.1\n");
        WriteBlobs(folder);
        File.WriteAllBytes(Path.Combine(folder, "manifest.json"), Manifest.Content);
    }

    private void WriteBlobs(string folder)
    {
        foreach (var blob in Blobs)
        {
            File.WriteAllBytes(Path.Combine(folder, blob.Hex), blob.Content);
        }

        foreach (var child in Children)
        {
            File.WriteAllBytes(Path.Combine(folder, child.Manifest.Hex + ".manifest.json"), child.Manifest.Content);
            child.WriteBlobs(folder);
        }
    }

    private static Image Make(string type, string configType, string architecture, (Blob Layer, byte[] Tar)[] layers)
    {
        var diffs = string.Join(',', layers.Select(layer => $"\"sha256:{Convert.ToHexStringLower(SHA256.HashData(layer.Tar))}\""));
        var config = new Blob(configType, Encoding.UTF8.GetBytes(
            $$$"""{"created":"2026-01-01T00:00:00Z","architecture":"{{{architecture}}}","os":"linux","config":{"Cmd":["/bin/sh"]},"rootfs":{"type":"layers","diff_ids":[{{{diffs}}}]}}"""));
        Blob[] blobs = [.. layers.Select(layer => layer.Layer)];
        var json = $$"""{"schemaVersion":2,"mediaType":"{{type}}","config":{{config.Descriptor()}},"layers":[{{Join(blobs)}}]}""";
        return new Image(new Blob(type, Encoding.UTF8.GetBytes(json)), [config, .. blobs], []);
    }

    private static string Join(IEnumerable<Blob> blobs) => string.Join(',', blobs.Select(blob => blob.Descriptor()));
}
