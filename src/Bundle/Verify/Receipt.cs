using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Bundle.Faults;
using Bundle.Index;
using Bundle.IO;

namespace Bundle.Verify;

/// <summary>
/// What was checked of a package, when, by what, and with which result, as a document to file: JSON of the schema <c>bundle.receipt/1</c>, ASCII,
/// indented by two, a newline at the end, members always in this order. Within the version members are only ever added.
/// </summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Report">What was found; with the digest of the whole file.</param>
/// <param name="Time">When.</param>
public sealed record Receipt(VerifyOptions Options, VerifyReport Report, DateTimeOffset Time)
{
    private static readonly JsonWriterOptions Form = new() { Indented = true, NewLine = "\n" };

    /// <summary>The document.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Form))
        {
            json.WriteStartObject();
            json.WriteString("schema", "bundle.receipt/1");
            json.WriteString("verdict", Report.IsDamaged ? "damaged" : Report.IsWhole ? "whole" : "untrusted");
            json.WriteString("checkedAt", Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteStartObject("checkedBy");
            json.WriteString("program", "bundle");
            json.WriteString("version", typeof(Receipt).Assembly.GetName().Version!.ToString(3));
            json.WriteEndObject();
            Package(json);
            Checks(json);
            Signature(json);
            Images(json);
            Bases(json);
            Files(json);
            Faults(json);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private void Package(Utf8JsonWriter json)
    {
        json.WriteStartObject("package");
        json.WriteString("name", Options.Input.Path is { } path ? Path.GetFileName(path) : Report.Name);
        json.WriteNumber("size", Report.Size);
        json.WriteString("sha256", Report.PackageDigest?.Hex);
        json.WriteString("bundleDigest", Report.BundleDigest?.ToString());
        json.WriteEndObject();
    }

    private void Checks(Utf8JsonWriter json)
    {
        json.WriteStartArray("checks");
        foreach (var (name, verdict) in ReceiptChecks.Of(Options, Report))
        {
            json.WriteStartObject();
            json.WriteString("check", name);
            json.WriteString("verdict", verdict);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Signature(Utf8JsonWriter json)
    {
        json.WriteStartObject("signature");
        json.WriteString("verdict", ReceiptChecks.SignatureOf(Options, Report));
        json.WriteStrings("trustedKeys", (Options.Keys?.Ids ?? []).Select(id => id.ToString()));
        json.WriteStartArray("signatures");
        foreach (var signature in Report.Signatures.Signatures)
        {
            json.WriteStartObject();
            json.WriteString("keyId", signature.KeyId?.ToString());
            json.WriteString("verdict", Keys.SignatureReport.NameOf(signature.Verdict));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Faults are named by their position in the list at the end.
    private void Images(Utf8JsonWriter json)
    {
        var faultsOf = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < Report.Faults.Count; i++)
        {
            foreach (var reference in Report.Faults[i].Images)
            {
                (faultsOf.TryGetValue(reference, out var list) ? list : faultsOf[reference] = []).Add(i);
            }
        }

        json.WriteStartArray("images");
        foreach (var image in Report.Index?.Images ?? [])
        {
            json.WriteStartObject();
            json.WriteStrings("references", image.References);
            json.WriteString("digest", image.Digest.ToString());
            json.WriteStrings("platforms", image.Platforms);
            var faults = image.References.SelectMany(reference => faultsOf.GetValueOrDefault(reference) ?? []).Distinct().Order().ToList();
            json.WriteString("verdict", faults.Count == 0 ? "whole" : "damaged");
            json.WriteStartArray("faults");
            faults.ForEach(fault => json.WriteNumberValue(fault));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Bases(Utf8JsonWriter json)
    {
        json.WriteStartArray("bases");
        for (var i = 0; i < Report.Index?.Bases.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("bundleDigest", Report.Index.Bases[i].ToString());
            json.WriteNumber("lentBlobs", Report.Index.Blobs.Count(blob => blob.Data == BlobData.Base && blob.Base == i));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Files(Utf8JsonWriter json)
    {
        json.WriteStartObject("files");
        json.WriteString("verdict", ReceiptChecks.FilesAreWhole(Report) ? "whole" : "damaged");
        json.WriteStartArray("files");
        foreach (var file in Report.Index?.Files ?? [])
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteString("mode", file.ModeText);
            json.WriteNumber("size", file.Size);
            json.WriteString("digest", file.Digest.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Faults(Utf8JsonWriter json)
    {
        json.WriteStartArray("faults");
        foreach (var fault in Report.Faults)
        {
            json.WriteStartObject();
            json.WriteString("id", fault.Id.Name);
            json.WriteString("message", fault.Message);
            json.WriteString("entry", fault.Entry);
            json.WriteNumberOrNull("offset", fault.Offset);
            json.WriteNumberOrNull("length", fault.Length);
            json.WriteString("digest", fault.Digest?.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
