using Bundle.Model;

namespace Bundle.Format;

/// <summary>A signature over the exact bytes of bundle.json (spec section 3.4).</summary>
/// <param name="KeyId">The sha256 of the public key (SubjectPublicKeyInfo, DER) that is said to verify it; null where the package is damaged here.</param>
/// <param name="Bytes">The signature as <c>openssl dgst</c> makes and takes it.</param>
public sealed record BundleSignature(Digest? KeyId, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>What the names of the entries begin with.</summary>
    public const string Folder = "signatures/bundle/";

    /// <summary>The entry's name in the stream.</summary>
    public string EntryName => Folder + KeyId?.Hex + ".sig";
}
