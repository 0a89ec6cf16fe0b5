using System.Text.Json;
using Bundle.Keys;

namespace Bundle.Cli.Output;

/// <summary>A package's signatures in words and in JSON.</summary>
internal static class SignatureText
{
    /// <summary>Who signed, and whether that was checked; null where nobody did.</summary>
    public static string? Of(SignatureReport report)
    {
        var valid = report.Signatures.Where(one => one.Verdict == SignatureVerdict.Valid).Select(one => one.KeyName).ToList();
        return report.Signatures.Count == 0 ? null
            : valid.Count > 0 && report.Fault is null ? "signature holds: key " + string.Join(", ", valid)
            : "signed by " + string.Join(", ", report.Signatures.Select(one => one.KeyName)) + (report.Fault is null ? "; not checked: give --key PUB" : "");
    }

    /// <summary>The member <c>signatures</c>: keyId (null where it cannot be read), verdict (valid, invalid, unchecked).</summary>
    public static void Json(Utf8JsonWriter json, SignatureReport report)
    {
        json.WriteStartArray("signatures");
        foreach (var signature in report.Signatures)
        {
            json.WriteStartObject();
            json.WriteString("keyId", signature.KeyId?.ToString());
            json.WriteString("verdict", SignatureReport.NameOf(signature.Verdict));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
