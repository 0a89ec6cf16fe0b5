using System.Text.Json;
using Bundle.Faults;

namespace Bundle.Sources.Docker;

/// <summary>An image of a docker archive, as <c>manifest.json</c> has it (moby, image/tarexport; image-spec knows nothing of it).</summary>
/// <param name="Config">The name of the config's entry.</param>
/// <param name="Layers">The names of the layers' entries, the lowest first.</param>
internal sealed record DockerItem(string Config, IReadOnlyList<string> Tags, IReadOnlyList<string> Layers)
{
    private const string ConfigMember = "Config", TagsMember = "RepoTags", LayersMember = "Layers";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = Limits.JsonDepth };

    /// <summary>Reads <c>manifest.json</c>.</summary>
    /// <exception cref="BundleException">It is malformed.</exception>
    public static IReadOnlyList<DockerItem> Read(BlobLocation location)
    {
        try
        {
            using var document = JsonDocument.Parse(location.ReadAll(Limits.Index), Strict);
            return [.. document.RootElement.EnumerateArray().Select(one =>
                new DockerItem(Text(one.GetProperty(ConfigMember)), Texts(one, TagsMember), Texts(one, LayersMember)))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new Fault(FaultId.SourceInvalid, $"{location.Name} is not what 'docker save' writes: {e.Message}")
            {
                Entry = location.Name,
                Hint = "save the images again",
            }.ToException(e);
        }
    }

    private static string[] Texts(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Select(Text)] : [];

    private static string Text(JsonElement element) => element.GetString() ?? throw new JsonException("null stands where a name has to");
}
