using Bundle.Model;

namespace Bundle.Index;

/// <summary>Where a blob stands in the stream, and below the folders that it is extracted to (spec section 3.1).</summary>
internal static class BlobPaths
{
    /// <summary>A blob's name in an OCI layout, and in the stream.</summary>
    public static string Of(Digest digest) => "blobs/sha256/" + digest.Hex;

    /// <summary>A blob's name in a registry's storage.</summary>
    public static string InRegistry(Digest digest)
    {
        var hex = digest.Hex;
        return $"docker/registry/v2/blobs/sha256/{hex[..2]}/{hex}/data";
    }
}
