using System.Text.Json;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>The test vectors of the spec.</summary>
internal static class Vectors
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "vectors");

    public static TheoryData<string> Valid => [.. Named(valid: true)];

    public static TheoryData<string> Invalid => [.. Named(valid: false)];

    /// <summary>The vector's file: a package, or the list of a split one's parts.</summary>
    public static string PathOf(string name) => Path.Combine(Folder, name + ".tar.zst") is var package && File.Exists(package) ? package : package + ".parts";

    private static IEnumerable<string> Named(bool valid)
    {
        using var list = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "vectors.json")));
        return [.. list.RootElement.EnumerateArray().Where(one => one.GetProperty("valid").GetBoolean() == valid).Select(one => one.GetProperty("name").GetString()!)];
    }
}
