using System.Text;
using Bundle.Model;

namespace Bundle.Index;

/// <summary>Where a blob stands in the stream, and below the folders that it is extracted to (spec section 3.1).</summary>
internal static class BlobPaths
{
    private const int Longest = 128;

    /// <summary>A blob's name in an OCI layout, and in the stream.</summary>
    public static string Of(Digest digest)
    {
        Span<byte> path = stackalloc byte[Longest];
        return Encoding.ASCII.GetString(path[..Write(digest, path)]);
    }

    /// <summary>A blob's name in a registry's storage.</summary>
    public static string InRegistry(Digest digest)
    {
        Span<byte> path = stackalloc byte[Longest];
        return Encoding.ASCII.GetString(path[..WriteInRegistry(digest, path)]);
    }

    /// <summary>Writes what <see cref="Of"/> gives; returns its length.</summary>
    public static int Write(Digest digest, Span<byte> target)
    {
        var path = new PathBuilder(target);
        path.Append("blobs/sha256/"u8);
        path.AppendHex(digest);
        return path.Length;
    }

    /// <summary>Writes what <see cref="InRegistry"/> gives; returns its length.</summary>
    public static int WriteInRegistry(Digest digest, Span<byte> target)
    {
        var path = new PathBuilder(target);
        path.Append("docker/registry/v2/blobs/sha256/"u8);
        path.AppendHex(digest, withFolder: true);
        path.Append("/data"u8);
        return path.Length;
    }
}
