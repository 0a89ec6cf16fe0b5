using System.Text.Json;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Sources.Layout;

/// <summary>A descriptor of an OCI index with the names that tools give it (image-spec annotations.md; containerd).</summary>
/// <param name="Digest">Null where it is of another algorithm than sha256.</param>
/// <param name="ContainerdName">A whole reference (<c>io.containerd.image.name</c>).</param>
/// <param name="RefName">A reference, or a tag alone (<c>org.opencontainers.image.ref.name</c>).</param>
internal sealed record OciEntry(string DigestText, Digest? Digest, string? MediaType, string? ContainerdName, string? RefName)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = Limits.JsonDepth };

    /// <summary>Whether it has a name.</summary>
    public bool IsNamed => ContainerdName is not null || RefName is not null;

    /// <summary>Whether it may be an image, a list or an artifact; other content is no error (image-spec image-layout.md).</summary>
    public bool IsManifest => MediaType is null || MediaTypes.IsImage(MediaType) || MediaTypes.IsList(MediaType);

    /// <summary>Reads the descriptors of an index.</summary>
    /// <exception cref="BundleException">It is none.</exception>
    public static IReadOnlyList<OciEntry> Read(BlobLocation location, int limit)
    {
        try
        {
            using var document = JsonDocument.Parse(location.ReadAll(limit), Strict);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("manifests", out var manifests) && manifests.ValueKind == JsonValueKind.Array
                ? [.. manifests.EnumerateArray().Select(Entry)] : throw Invalid(location, "is no OCI index: it has no manifests", null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid(location, "is not valid JSON of the expected shape: " + e.Message, e);
        }
    }

    private static OciEntry Entry(JsonElement element)
    {
        var annotations = element.TryGetProperty("annotations", out var value) && value.ValueKind == JsonValueKind.Object ? value : default;
        var digest = Text(element, "digest") ?? "";
        return new OciEntry(digest, Model.Digest.TryParse(digest, out var parsed) ? parsed : null, Text(element, "mediaType"),
            Text(annotations, "io.containerd.image.name"), Text(annotations, "org.opencontainers.image.ref.name"));
    }

    private static string? Text(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static BundleException Invalid(BlobLocation location, string what, Exception? cause) => new Fault(FaultId.SourceInvalid, $"{location.Name} {what}")
    {
        Entry = location.Name,
        Hint = "make the layout anew",
    }.ToException(cause);
}
