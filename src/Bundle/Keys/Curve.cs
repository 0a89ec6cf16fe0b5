using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Keys;

/// <summary>What both halves of a key have in common: ECDSA on P-256 with SHA-256, or on P-384 with SHA-384; signatures are DER (RFC 3279 section 2.2.3).</summary>
internal static class Curve
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string P384 = "1.3.132.0.34";

    /// <summary>The hash that belongs to a key's curve.</summary>
    /// <exception cref="BundleException">It is another curve.</exception>
    public static HashAlgorithmName HashOf(ECDsa key, string path)
    {
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        return (curve.IsNamed ? curve.Oid.Value : null) switch
        {
            P256 => HashAlgorithmName.SHA256,
            P384 => HashAlgorithmName.SHA384,
            _ => throw PemFile.Invalid(path, "is on another curve than P-256 and P-384", "make one with: openssl ecparam -name prime256v1 -genkey -noout").ToException(),
        };
    }

    /// <summary>The sha256 of the public half as SubjectPublicKeyInfo, which <c>openssl pkey -pubout -outform DER | sha256sum</c> gives too.</summary>
    public static Digest IdOf(ECDsa key) => Digest.Of(key.ExportSubjectPublicKeyInfo());
}
