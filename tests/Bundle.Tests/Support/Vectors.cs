using System.Text.Json;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>The test vectors of the spec.</summary>
internal static class Vectors
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "vectors");

    public static TheoryData<string> Valid => [.. Named(valid: true)];

    public static TheoryData<string> Invalid => [.. Named(valid: false)];

    public static string PathOf(string name) => Path.Combine(Folder, name + ".tar.zst");

    private static IEnumerable<string> Named(bool valid)
    {
        using var list = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "vectors.json")));
        return [.. list.RootElement.EnumerateArray().Where(one => one.GetProperty("valid").GetBoolean() == valid).Select(one => one.GetProperty("name").GetString()!)];
    }
}
