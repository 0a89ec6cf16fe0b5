using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Keys;

/// <summary>A public key, PEM SubjectPublicKeyInfo as openssl and cosign write it.</summary>
public sealed class PublicKey : IDisposable
{
    private readonly ECDsa _key;
    private readonly HashAlgorithmName _hash;

    private PublicKey(ECDsa key, string path) => (_key, _hash, Id, Path) = (key, Curve.HashOf(key, path), Curve.IdOf(key), path);

    /// <summary>The sha256 of the key.</summary>
    public Digest Id { get; }

    /// <summary>The file that it was read from.</summary>
    public string Path { get; }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="BundleException">It cannot be read, or holds no public key that can be used.</exception>
    public static PublicKey Read(string path)
    {
        var pem = PemFile.Read(path);
        if (pem.Label != "PUBLIC KEY")
        {
            var isPrivate = pem.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal);
            throw PemFile.Invalid(path, isPrivate ? "is a private key, and its public half is wanted" : $"is no public key but '{pem.Label}'",
                isPrivate ? $"make the public half: openssl pkey -in {path} -pubout (cosign wrote it to cosign.pub)" : null).ToException();
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(pem.Content, out var read);
            return read == pem.Content.Length ? new PublicKey(key, path) : throw new CryptographicException();
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // The latter is of curves that the host's OpenSSL does not know.
            key.Dispose();
            throw PemFile.Invalid(path, "is no valid ECDSA public key", "keys are ECDSA on P-256 or P-384").ToException(e);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Whether a signature over some bytes is this key's.</summary>
    public bool Holds(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            return _key.VerifyData(data, signature, _hash, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
