using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;

namespace Bundle.Keys;

/// <summary>
/// The keys that are trusted. A package is trusted where a signature of at least one of them holds; a signature that claims to be of one of them
/// and does not hold is never passed over, whatever the others do.
/// </summary>
public sealed class TrustedKeys : IDisposable
{
    private const string Hint = "do not use the package; have it sent again by who signed it";
    private readonly IReadOnlyList<PublicKey> _keys;

    private TrustedKeys(IReadOnlyList<PublicKey> keys) => _keys = keys;

    /// <summary>The ids of the keys, in the order they were given.</summary>
    public IEnumerable<Digest> Ids => _keys.Select(key => key.Id);

    /// <summary>Reads key files; null where there are none, so that nothing is asked for.</summary>
    /// <exception cref="BundleException">One cannot be read, or holds no public key that can be used.</exception>
    public static TrustedKeys? Read(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return paths.Count == 0 ? null : new TrustedKeys([.. paths.Select(PublicKey.Read)]);
    }

    /// <summary>Holds the signatures of an index against the keys.</summary>
    public SignatureReport Check(byte[] indexBytes, IReadOnlyList<BundleSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        var checks = signatures.Select(signature => new CheckedSignature(signature.KeyId, Verdict(indexBytes, signature))).ToList();
        return new SignatureReport(checks, FaultOf(checks));
    }

    /// <summary>Ends the work where the signatures do not make an index trusted.</summary>
    /// <exception cref="BundleException">They do not.</exception>
    public void Require(byte[] indexBytes, IReadOnlyList<BundleSignature> signatures)
    {
        if (Check(indexBytes, signatures).Fault is { } fault)
        {
            throw fault.ToException();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _keys)
        {
            key.Dispose();
        }
    }

    private SignatureVerdict Verdict(byte[] indexBytes, BundleSignature signature)
    {
        var key = _keys.FirstOrDefault(key => key.Id == signature.KeyId);
        return key is null ? SignatureVerdict.Unchecked : key.Holds(indexBytes, signature.Bytes.Span) ? SignatureVerdict.Valid : SignatureVerdict.Invalid;
    }

    private Fault? FaultOf(List<CheckedSignature> checks)
    {
        if (checks.Find(check => check.Verdict == SignatureVerdict.Invalid) is { } invalid)
        {
            return new Fault(FaultId.SignatureInvalid, $"the signature of the key {invalid.KeyId} does not hold") { Hint = Hint };
        }

        if (checks.Exists(check => check.Verdict == SignatureVerdict.Valid))
        {
            return null;
        }

        var given = string.Join(", ", _keys.Select(key => $"{key.Path} ({key.Id})"));
        return checks.Count == 0
            ? new Fault(FaultId.SignatureMissing, "the package is not signed") { Hint = "sign it where it was made: bundle sign FILE --key KEY" }
            : new Fault(FaultId.SignatureUntrusted, $"the package is signed by {string.Join(", ", checks.Select(check => check.KeyName))}, and not by {given}")
            {
                Hint = "give the public key of who signed it, if you trust them",
            };
    }
}
