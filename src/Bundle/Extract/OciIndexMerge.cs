using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Bundle.Extract;

/// <summary>Adds descriptors to the index.json of an OCI layout.</summary>
internal static class OciIndexMerge
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = Limits.JsonDepth };

    /// <summary>The existing index with ours: descriptors of other names stay as they are, those of our names are replaced.</summary>
    /// <exception cref="FormatException">The existing one is not understood.</exception>
    public static byte[] Merge(byte[] existing, byte[] own)
    {
        using var theirs = Parse(existing);
        using var ours = JsonDocument.Parse(own);
        var added = ours.RootElement.GetProperty("manifests").EnumerateArray().ToList();
        var names = added.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        var kept = theirs.RootElement.GetProperty("manifests").EnumerateArray().Where(one => NameOf(one) is not { } name || !names.Contains(name)).ToList();
        if (kept.Count == 0)
        {
            return own;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var property in theirs.RootElement.EnumerateObject())
            {
                json.WritePropertyName(property.Name);
                if (property.Name != "manifests")
                {
                    property.Value.WriteTo(json);
                    continue;
                }

                json.WriteStartArray();
                foreach (var one in kept.Concat(added))
                {
                    json.WriteRawValue(Encoding.UTF8.GetBytes(one.GetRawText()));
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static JsonDocument Parse(byte[] existing)
    {
        try
        {
            var document = JsonDocument.Parse(existing, Strict);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("manifests", out var manifests)
                && manifests.ValueKind == JsonValueKind.Array && manifests.EnumerateArray().All(one => one.ValueKind == JsonValueKind.Object))
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException e)
        {
            throw new FormatException("is not valid JSON: " + e.Message, e);
        }

        throw new FormatException("is no OCI index");
    }

    private static string? NameOf(JsonElement descriptor) =>
        descriptor.TryGetProperty("annotations", out var annotations) && annotations.ValueKind == JsonValueKind.Object
            && annotations.TryGetProperty("org.opencontainers.image.ref.name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
}
