using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;

namespace Bundle.Keys;

/// <summary>What is known of a signature.</summary>
public enum SignatureVerdict
{
    /// <summary>Nothing: its key was not given.</summary>
    Unchecked,

    /// <summary>It holds.</summary>
    Valid,

    /// <summary>Its key was given, and it does not hold.</summary>
    Invalid,
}

/// <summary>A signature of a package.</summary>
/// <param name="KeyId">Which key it says it is of; null where the package is damaged there.</param>
public sealed record CheckedSignature(Digest? KeyId, SignatureVerdict Verdict)
{
    /// <summary>The key in words.</summary>
    public string KeyName => KeyId?.ToString() ?? "an unreadable signature";
}

/// <summary>What is known of a package's signatures.</summary>
/// <param name="Fault">Why the package is not trusted; null where it is, or where no key was given.</param>
public sealed record SignatureReport(IReadOnlyList<CheckedSignature> Signatures, Fault? Fault)
{
    /// <summary>A verdict as documents have it.</summary>
    public static string NameOf(SignatureVerdict verdict) => verdict switch
    {
        SignatureVerdict.Valid => "valid",
        SignatureVerdict.Invalid => "invalid",
        _ => "unchecked",
    };

    /// <summary>Signatures that nobody checks.</summary>
    public static SignatureReport Of(IReadOnlyList<BundleSignature> signatures) =>
        new([.. signatures.Select(signature => new CheckedSignature(signature.KeyId, SignatureVerdict.Unchecked))], null);
}
