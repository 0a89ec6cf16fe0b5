using System.Security.Cryptography;
using System.Text;
using Bundle.Faults;

namespace Bundle.Keys;

/// <summary>The one PEM block (RFC 7468) of a key file, with its label.</summary>
internal sealed record PemFile(string Path, string Label, byte[] Content)
{
    /// <summary>Reads a file of one block; openssl's parameters before an EC key are passed over.</summary>
    /// <exception cref="BundleException">It cannot be read, or there is not one block in it.</exception>
    public static PemFile Read(string path)
    {
        var text = ReadText(path);
        PemFile? found = null;
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            var label = rest[fields.Label].ToString();
            if (label == "EC PARAMETERS")
            {
                continue;
            }

            var content = new byte[fields.DecodedDataLength];
            if (found is not null || !Convert.TryFromBase64Chars(rest[fields.Base64Data], content, out _))
            {
                throw Invalid(path, "holds more than one key", "give each key in a file of its own").ToException();
            }

            found = new PemFile(path, label, content);
        }

        return found ?? throw NoBlock(path, text).ToException();
    }

    /// <summary>A fault of a key file; it never says what stands in it.</summary>
    public static Fault Invalid(string path, string what, string? hint) => new(FaultId.KeyInvalid, $"the key {path} {what}") { Entry = path, Hint = hint };

    // OpenSSL's old encryption puts headers into the block, which RFC 7468 does not know.
    private static Fault NoBlock(string path, string text) => text.Contains("Proc-Type:", StringComparison.Ordinal)
        ? Invalid(path, "is encrypted in OpenSSL's old way", $"convert it: openssl pkcs8 -topk8 -in {path} -out NEW")
        : Invalid(path, "is no PEM file", "give a key as openssl or cosign write it, which begins with -----BEGIN");

    private static string ReadText(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[Limits.KeyFile + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > Limits.KeyFile ? throw Invalid(path, $"has more than {Limits.KeyFile} bytes", null).ToException() : Encoding.Latin1.GetString(bytes, 0, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, e is FileNotFoundException or DirectoryNotFoundException ? "does not exist" : "cannot be read", "check the path").ToException(e);
        }
    }
}
