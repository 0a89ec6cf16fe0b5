using System.Security.Cryptography;
using System.Text.Json;
using Bundle.Faults;

namespace Bundle.Keys;

/// <summary>
/// A private key as <c>cosign generate-key-pair</c> writes it: the PEM block is JSON that names scrypt and its parameters, and a NaCl secretbox
/// around the PKCS#8 key (the <c>encrypted</c> package of go-securesystemslib).
/// </summary>
internal static class CosignKey
{
    /// <summary>The PKCS#8 key; null where the password is wrong, or the box was changed.</summary>
    /// <exception cref="BundleException">The JSON is malformed, or demands too much.</exception>
    public static byte[]? Decrypt(PemFile pem, ReadOnlySpan<byte> password)
    {
        try
        {
            using var json = JsonDocument.Parse(pem.Content, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth });
            var (kdf, cipher) = (json.RootElement.GetProperty("kdf"), json.RootElement.GetProperty("cipher"));
            if (kdf.GetProperty("name").GetString() != "scrypt" || cipher.GetProperty("name").GetString() != "nacl/secretbox")
            {
                throw Unknown(pem.Path, "is encrypted with another method than scrypt and nacl/secretbox").ToException();
            }

            var (n, r, p) = Parameters(kdf.GetProperty("params"), pem.Path);
            var nonce = cipher.GetProperty("nonce").GetBytesFromBase64();
            if (nonce.Length != SecretBox.Nonce)
            {
                throw Unknown(pem.Path, "has a nonce of another length than 24 bytes").ToException();
            }

            var key = Scrypt.Derive(password, kdf.GetProperty("salt").GetBytesFromBase64(), n, r, p, SecretBox.Key);
            var content = SecretBox.TryOpen(json.RootElement.GetProperty("ciphertext").GetBytesFromBase64(), nonce, key);
            CryptographicOperations.ZeroMemory(key);
            return content;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Unknown(pem.Path, "is malformed: its block is not the JSON that cosign writes").ToException(e);
        }
    }

    private static (int N, int R, int P) Parameters(JsonElement parameters, string path)
    {
        var valid = parameters.GetProperty("N").TryGetInt32(out var n) & parameters.GetProperty("r").TryGetInt32(out var r) & parameters.GetProperty("p").TryGetInt32(out var p);
        return valid && n > 1 && (n & (n - 1)) == 0 && r > 0 && 128L * n * r <= Limits.ScryptMemory && p is > 0 and <= Limits.ScryptPasses
            ? (n, r, p)
            : throw Unknown(path, $"demands scrypt parameters that are malformed, or take more than {Limits.ScryptMemory >> 20} MiB or {Limits.ScryptPasses} passes").ToException();
    }

    private static Fault Unknown(string path, string what) => PemFile.Invalid(path, what, "make a new key with cosign generate-key-pair or openssl");
}
