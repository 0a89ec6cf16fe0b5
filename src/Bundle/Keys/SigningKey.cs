using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;

namespace Bundle.Keys;

/// <summary>A private key: PEM of openssl (EC PRIVATE KEY, PKCS#8 plain or encrypted) or of cosign.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa _key;
    private readonly HashAlgorithmName _hash;

    private SigningKey(ECDsa key, string path) => (_key, _hash, Id) = (key, Curve.HashOf(key, path), Curve.IdOf(key));

    /// <summary>The sha256 of the public half.</summary>
    public Digest Id { get; }

    /// <summary>Reads a key file.</summary>
    /// <param name="password">Asked where the key is encrypted; gives UTF-8, or null where there is none. What it gives is zeroed.</param>
    /// <exception cref="BundleException">It cannot be read, holds no private key that can be used, or the password is wrong or missing.</exception>
    public static SigningKey Read(string path, Func<byte[]?> password)
    {
        ArgumentNullException.ThrowIfNull(password);
        var pem = PemFile.Read(path);
        var key = ECDsa.Create();
        try
        {
            if (Import(key, pem, password) != pem.Content.Length)
            {
                throw Unusable(path, null);
            }

            return new SigningKey(key, path);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // The latter is of curves that the host's OpenSSL does not know.
            key.Dispose();
            throw Unusable(path, e);
        }
        catch
        {
            key.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem.Content);
        }
    }

    /// <summary>Signs some bytes. ECDSA is randomized: each signature differs, and each holds.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, _hash, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Signs an index.</summary>
    public BundleSignature SignIndex(ReadOnlySpan<byte> indexBytes) => new(Id, Sign(indexBytes));

    /// <summary>Whether a signature over some bytes is this key's.</summary>
    public bool Holds(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => _key.VerifyData(data, signature, _hash, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    // How much of the block's content was a key.
    private static int Import(ECDsa key, PemFile pem, Func<byte[]?> password)
    {
        var read = pem.Content.Length;
        switch (pem.Label)
        {
            case "EC PRIVATE KEY":
                key.ImportECPrivateKey(pem.Content, out read);
                break;
            case "PRIVATE KEY":
                key.ImportPkcs8PrivateKey(pem.Content, out read);
                break;
            case "ENCRYPTED PRIVATE KEY":
                KeyDerivation.Check(pem);
                Decrypt(pem, password, secret =>
                {
                    try
                    {
                        key.ImportEncryptedPkcs8PrivateKey(secret, pem.Content, out read);
                    }
                    catch (CryptographicException e)
                    {
                        throw WrongPassword(pem.Path, "or it is encrypted with what is not supported: then convert it with openssl pkcs8 -topk8 -v2 aes-256-cbc").ToException(e);
                    }
                });
                break;
            case "ENCRYPTED SIGSTORE PRIVATE KEY" or "ENCRYPTED COSIGN PRIVATE KEY":
                Decrypt(pem, password, secret =>
                {
                    var der = CosignKey.Decrypt(pem, secret) ?? throw WrongPassword(pem.Path, null).ToException();
                    key.ImportPkcs8PrivateKey(der, out var taken);
                    read = taken == der.Length ? read : 0;
                    CryptographicOperations.ZeroMemory(der);
                });
                break;
            case "PUBLIC KEY":
                throw PemFile.Invalid(pem.Path, "is a public key, and signing needs the private one", null).ToException();
            default:
                throw PemFile.Invalid(pem.Path, $"is no ECDSA private key but '{pem.Label}'", "keys are ECDSA on P-256 or P-384, as openssl and cosign make them").ToException();
        }

        return read;
    }

    private static void Decrypt(PemFile pem, Func<byte[]?> password, Action<byte[]> decrypt)
    {
        var secret = password() ?? throw PemFile.Invalid(pem.Path, "is encrypted, and there is no password",
            "give --password-file FILE, or set BUNDLE_PASSWORD or COSIGN_PASSWORD").ToException();
        try
        {
            decrypt(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static Fault WrongPassword(string path, string? otherwise) =>
        PemFile.Invalid(path, "cannot be decrypted: the password is wrong, or the file is damaged", otherwise);

    private static BundleException Unusable(string path, Exception? cause) =>
        PemFile.Invalid(path, "is no valid ECDSA private key", "keys are ECDSA on P-256 or P-384, as openssl and cosign make them").ToException(cause);
}
