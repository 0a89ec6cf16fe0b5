namespace Bundle.Model;

/// <summary>The media types that decide what a blob is; all others are opaque (image-spec media-types.md).</summary>
public static class MediaTypes
{
    /// <summary>Docker's image manifest, schema 2.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>Docker's manifest list.</summary>
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>The OCI image manifest.</summary>
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>The OCI image index.</summary>
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    /// <summary>Docker's image config.</summary>
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>The OCI image config.</summary>
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";

    /// <summary>Whether a text can be a media type: plain printable ASCII that needs no escape.</summary>
    public static bool IsValid(string type) =>
        type.Length is > 0 and <= 255 && !type.AsSpan().ContainsAnyExceptInRange('!', '~') && !type.AsSpan().ContainsAny('"', '\\');

    /// <summary>Whether a type is that of an image manifest.</summary>
    public static bool IsImage(string type) => type is DockerManifest or OciManifest;

    /// <summary>Whether a type is that of a list or index.</summary>
    public static bool IsList(string type) => type is DockerList or OciIndex;

    /// <summary>Whether a type is that of a config that describes a root file system.</summary>
    public static bool IsImageConfig(string type) => type is DockerConfig or OciConfig;
}
