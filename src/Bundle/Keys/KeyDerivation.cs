using System.Formats.Asn1;

namespace Bundle.Keys;

/// <summary>How an encrypted PKCS#8 key (RFC 5958) makes its key from a password: by PBKDF2 or one of its elders, whose passes the file states.</summary>
internal static class KeyDerivation
{
    /// <summary>Refuses a key that takes more passes than there may be. What is malformed is left to whoever decrypts it.</summary>
    /// <exception cref="Faults.BundleException">It takes too many.</exception>
    public static void Check(PemFile pem)
    {
        try
        {
            // EncryptedPrivateKeyInfo: the algorithm, with its parameters, and the data.
            var parameters = Parameters(new AsnReader(pem.Content, AsnEncodingRules.BER).ReadSequence().ReadSequence());
            if (parameters.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
            {
                // PBES2 (RFC 8018): what derives the key is an algorithm of its own.
                parameters = Parameters(parameters.ReadSequence());
            }

            // A salt, and the number of passes.
            parameters.ReadEncodedValue();
            if (parameters.ReadInteger() > Limits.KeyPasses)
            {
                throw PemFile.Invalid(pem.Path, $"takes more than {Limits.KeyPasses} passes over its password", "make it anew with fewer: openssl pkcs8 -topk8 -iter 600000").ToException();
            }
        }
        catch (AsnContentException)
        {
            // No key, or one of another kind: decrypting it says so.
        }
    }

    private static AsnReader Parameters(AsnReader algorithm)
    {
        algorithm.ReadObjectIdentifier();
        return algorithm.ReadSequence();
    }
}
