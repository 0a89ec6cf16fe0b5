using System.Text.Json;
using Bundle.Model;

namespace Bundle.Index;

/// <summary>The platforms that an image is for (spec section 4.2).</summary>
public static class Platforms
{
    /// <summary>
    /// The platforms of a list, by its descriptors, or of an image, by its config; none for artifacts, and
    /// where the config does not say.
    /// </summary>
    /// <param name="config">The bytes of the config of an image manifest; null where they are not at hand.</param>
    public static IReadOnlyList<string> Of(Manifest manifest, ReadOnlyMemory<byte>? config)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.Manifests is { } children)
        {
            // Attestations stand beside the images as unknown/unknown.
            return [.. children.Select(child => child.Platform).OfType<string>().Where(platform => platform != "unknown/unknown")
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }

        return manifest.Config is { } descriptor && MediaTypes.IsImageConfig(descriptor.MediaType) && config is { } json
            && OfConfig(json) is { } platform ? [platform] : [];
    }

    /// <summary>Whether a text is <c>os/architecture[/variant]</c>, of plain characters.</summary>
    public static bool IsPlatform(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = 0;
        foreach (var range in text.AsSpan().Split('/'))
        {
            var part = text.AsSpan(range);
            parts++;
            if (!Manifest.IsPlain(part))
            {
                return false;
            }
        }

        return parts is 2 or 3;
    }

    private static string? OfConfig(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Manifest.ReadPlatform(document.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
