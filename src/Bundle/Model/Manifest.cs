using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Bundle.Model;

/// <summary>A descriptor: what a manifest says of a blob (image-spec descriptor.md).</summary>
/// <param name="Platform">As <c>os/architecture[/variant]</c>; null where none is given.</param>
/// <param name="HasUrls">Whether it is a foreign layer, to be had from elsewhere.</param>
public sealed record Descriptor(string MediaType, Digest Digest, long Size, string? Platform, bool HasUrls, ReadOnlyMemory<byte>? Data)
{
    /// <summary>Of an attestation as buildx makes it: the manifest that it is about (annotation <c>vnd.docker.reference.digest</c>).</summary>
    public Digest? About { get; init; }
}

/// <summary>A parsed image manifest or list (spec section 4.4).</summary>
/// <param name="Config">Null for a list.</param>
/// <param name="Manifests">Null for an image manifest.</param>
public sealed record Manifest(
    string MediaType, Descriptor? Config, IReadOnlyList<Descriptor> Layers, IReadOnlyList<Descriptor>? Manifests, Descriptor? Subject)
{
    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = Limits.JsonDepth,
    };

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="FormatException">It breaks a rule of spec section 4.4; the message says which, without naming the manifest.</exception>
    public static Manifest Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > Limits.Manifest)
        {
            throw new FormatException($"a manifest of {json.Length} bytes exceeds the limit of {Limits.Manifest}");
        }

        // JsonDocument looks at a string's encoding only where somebody reads it.
        if (!Utf8.IsValid(json.Span))
        {
            throw new FormatException("the manifest is not valid UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("the manifest is not valid JSON of the expected shape: " + e.Message, e);
        }
    }

    private static Manifest Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schemaVersion", out var version)
            || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var schema))
        {
            throw new FormatException("the manifest has no schemaVersion");
        }

        if (schema != 2)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"manifests of schema {schema} are not supported; push the image again with a current tool"));
        }

        var isList = root.TryGetProperty("manifests", out var manifests) && manifests.ValueKind != JsonValueKind.Null;
        var hasConfig = root.TryGetProperty("config", out var config) && config.ValueKind != JsonValueKind.Null;
        var hasLayers = root.TryGetProperty("layers", out var layers) && layers.ValueKind != JsonValueKind.Null;
        if (isList == hasConfig || (isList && hasLayers))
        {
            throw new FormatException(isList ? "the manifest has both manifests and config or layers" : "the manifest has neither config nor manifests");
        }

        var type = Text(root, "mediaType") ?? (isList ? MediaTypes.OciIndex : MediaTypes.OciManifest);
        if (isList ? !MediaTypes.IsList(type) : !MediaTypes.IsImage(type))
        {
            throw new FormatException($"media type {Shown(type)} is not supported");
        }

        var subject = root.TryGetProperty("subject", out var element) && element.ValueKind != JsonValueKind.Null ? ReadDescriptor(element) : null;
        return isList
            ? new Manifest(type, null, [], ReadDescriptors(manifests), subject)
            : new Manifest(type, ReadDescriptor(config), hasLayers ? ReadDescriptors(layers) : [], null, subject);
    }

    private static List<Descriptor> ReadDescriptors(JsonElement array)
    {
        var result = new List<Descriptor>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            result.Add(ReadDescriptor(item));
        }

        return result;
    }

    private static Descriptor ReadDescriptor(JsonElement element)
    {
        var digest = Text(element, "digest");
        if (!Digest.TryParse(digest, out var parsed))
        {
            throw new FormatException($"{Shown(digest)} is no supported digest (sha256: and 64 lower-case hexadecimal digits)");
        }

        if (!element.TryGetProperty("size", out var sizeElement) || sizeElement.ValueKind != JsonValueKind.Number
            || !sizeElement.TryGetInt64(out var size) || size < 0)
        {
            throw new FormatException($"the descriptor of {digest} has no valid size");
        }

        var data = element.TryGetProperty("data", out var dataElement) && dataElement.ValueKind != JsonValueKind.Null
            ? ReadData(dataElement, parsed, size) : (ReadOnlyMemory<byte>?)null;
        var urls = element.TryGetProperty("urls", out var urlsElement) && urlsElement.ValueKind == JsonValueKind.Array && urlsElement.GetArrayLength() > 0;
        var platform = element.TryGetProperty("platform", out var platformElement) && platformElement.ValueKind == JsonValueKind.Object
            ? ReadPlatform(platformElement) : null;
        return new Descriptor(MediaTypeOf(element), parsed, size, platform, urls, data) { About = AboutOf(element) };
    }

    // Embedded data must be the blob (spec MAN-2); what it says is otherwise never used.
    private static ReadOnlyMemory<byte> ReadData(JsonElement element, Digest digest, long size)
    {
        if (element.ValueKind != JsonValueKind.String || !element.TryGetBytesFromBase64(out var bytes) || bytes.Length != size || Digest.Of(bytes) != digest)
        {
            throw new EmbeddedDataException($"the data embedded in the descriptor of {digest} does not have that digest and size");
        }

        return bytes;
    }

    private static Digest? AboutOf(JsonElement element) =>
        element.TryGetProperty("annotations", out var annotations) && annotations.ValueKind == JsonValueKind.Object
            && Digest.TryParse(Text(annotations, "vnd.docker.reference.digest"), out var digest) ? digest : null;

    private static string MediaTypeOf(JsonElement element)
    {
        var type = Text(element, "mediaType") ?? "application/octet-stream";
        if (!MediaTypes.IsValid(type))
        {
            throw new FormatException($"{Shown(type)} is no media type");
        }

        return type;
    }

    /// <summary>Reads <c>os</c>, <c>architecture</c> and <c>variant</c> of a platform or a config; null where the first two are missing.</summary>
    public static string? ReadPlatform(JsonElement element)
    {
        var (os, architecture, variant) = (Text(element, "os"), Text(element, "architecture"), Text(element, "variant"));
        if (!IsPlain(os) || !IsPlain(architecture))
        {
            return null;
        }

        return os + "/" + architecture + (IsPlain(variant) ? "/" + variant : "");
    }

    /// <summary>Whether a text can be a part of a platform: 1 to 64 plain characters.</summary>
    internal static bool IsPlain(ReadOnlySpan<char> text) => text.Length is > 0 and <= 64 && !text.ContainsAnyExcept(PlainCharacters);

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Shown(string? text) => text is null ? "(none)" : "\"" + (text.Length > 100 ? text[..100] + "…" : text) + "\"";
}
