using System.Text.Encodings.Web;
using System.Text.Json;
using Bundle.Model;

namespace Bundle.Registry;

/// <summary>The list of what refers to a manifest, under the fallback tag of registries that have no referrers API (distribution-spec, referrers tag schema).</summary>
internal static class ReferrersList
{
    // It goes to registries, never into HTML: the + of media types may stand as it is.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A list with some more manifests; those that it has stay as they are, to the letter.</summary>
    /// <param name="existing">The list as it is; null for none.</param>
    /// <param name="referrers">Manifests that it does not have.</param>
    public static byte[] With(byte[]? existing, IEnumerable<byte[]> referrers)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", MediaTypes.OciIndex);
            json.WriteStartArray("manifests");
            if (existing is not null)
            {
                using var document = JsonDocument.Parse(existing);
                foreach (var descriptor in document.RootElement.GetProperty("manifests").EnumerateArray())
                {
                    json.WriteRawValue(descriptor.GetRawText());
                }
            }

            foreach (var referrer in referrers)
            {
                Write(json, referrer);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    // artifactType falls back to the config's type, and annotations are the manifest's own (image-spec, distribution-spec).
    private static void Write(Utf8JsonWriter json, byte[] referrer)
    {
        using var document = JsonDocument.Parse(referrer);
        var manifest = Manifest.Parse(referrer);
        var root = document.RootElement;
        json.WriteStartObject();
        json.WriteString("mediaType", manifest.MediaType);
        json.WriteString("digest", Digest.Of(referrer).ToString());
        json.WriteNumber("size", referrer.Length);
        if ((root.TryGetProperty("artifactType", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : manifest.Config?.MediaType) is { } artifact)
        {
            json.WriteString("artifactType", artifact);
        }

        if (root.TryGetProperty("annotations", out var annotations) && annotations.ValueKind == JsonValueKind.Object)
        {
            json.WritePropertyName("annotations");
            annotations.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
