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
/// index under its fallback tag lists. The manifests are read through when it is first asked.
/// </summary>
internal sealed class Referrers(PackageReader reader)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = Limits.JsonDepth };

    private readonly Lazy<Dictionary<Digest, List<int>>> _bySubject = new(() => Read(reader));

    /// <summary>The positions of the manifests of a repository that refer to a digest, each once, in the order of their digests.</summary>
    /// <exception cref="Faults.BundleException">A manifest is damaged.</exception>
    public IReadOnlyList<int> Of(Repository repository, Digest subject)
    {
        var own = (_bySubject.Value.GetValueOrDefault(subject) ?? []).Where(repository.HasManifest);
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

    private static Dictionary<Digest, List<int>> Read(PackageReader reader)
    {
        var found = new Dictionary<Digest, List<int>>();
        for (var blob = 0; blob < reader.Index.Blobs.Count; blob++)
        {
            if (reader.Index.Blobs[blob].IsManifest && reader.ReadBlob(blob) is { } bytes && Digest.TryParse(Parse(bytes, SubjectOf), out var subject))
            {
                if (!found.TryGetValue(subject, out var list))
                {
                    found.Add(subject, list = []);
                }

                list.Add(blob);
            }
        }

        return found;
    }

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

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
