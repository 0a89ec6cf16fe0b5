using System.Text;
using System.Text.Json;
using Bundle.Model;
using Bundle.Reading;

namespace Bundle.Serve.Catalogue;

/// <summary>What the referrers API says of a manifest beside its descriptor.</summary>
/// <param name="ArtifactType">Its own, or its config's media type; null where it has neither.</param>
/// <param name="Annotations">Its annotations as they stand in it, a JSON object; null where it has none.</param>
internal sealed record ReferrerDetails(string? ArtifactType, byte[]? Annotations);

/// <summary>
/// Which manifests refer to which (distribution-spec, listing referrers): those whose <c>subject</c> it is, and those that an
/// index under its fallback tag lists. A repository's manifests are read through when it is first asked for; one that is damaged could refer to anything, so
/// its repositories have no answer, and all others have.
/// </summary>
internal sealed class Referrers(PackageReader reader)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = Limits.JsonDepth };

    // By blob; null where it was not read yet. Reading one twice at once does no harm.
    private readonly Subject?[] _subjects = new Subject?[reader.Index.Blobs.Count];

    /// <summary>The positions of the manifests of a repository that refer to a digest, each once, in the order of their digests.</summary>
    /// <exception cref="Faults.BundleException">A manifest is damaged.</exception>
    public IReadOnlyList<int> Of(Repository repository, Digest subject)
    {
        var own = repository.Manifests.Where(blob => (_subjects[blob] ??= Read(blob)).Digest == subject);
        var listed = repository.Tagged("sha256-" + subject.Hex) is { } fallback ? reader.Index.Blobs[fallback].Manifests ?? [] : [];
        return [.. own.Concat(listed).Distinct().OrderBy(blob => reader.Index.Blobs[blob].Digest)];
    }

    /// <summary>Reads what is said of a manifest; null where its data is not in the package.</summary>
    /// <exception cref="Faults.BundleException">It is damaged.</exception>
    public ReferrerDetails? Describe(int blob) => reader.ReadBlob(blob) is not { } bytes ? null : Parse(bytes, root =>
    {
        var type = Text(root, "artifactType") is { Length: > 0 } own ? own : Member(root, "config") is { } config ? Text(config, "mediaType") : null;
        var annotations = Member(root, "annotations") is { } texts && texts.EnumerateObject().All(one => one.Value.ValueKind == JsonValueKind.String)
            ? Encoding.UTF8.GetBytes(texts.GetRawText()) : null;
        return new ReferrerDetails(type, annotations);
    }) ?? new ReferrerDetails(null, null);

    private Subject Read(int blob) =>
        new(reader.ReadBlob(blob) is { } bytes && Digest.TryParse(Parse(bytes, SubjectOf), out var subject) ? subject : null);

    private static string? SubjectOf(JsonElement root) => Member(root, "subject") is { } descriptor ? Text(descriptor, "digest") : null;

    // Verification tells of a manifest that is none (spec MAN-1); here it refers to nothing.
    private static T? Parse<T>(byte[] bytes, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private sealed record Subject(Digest? Digest);

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
