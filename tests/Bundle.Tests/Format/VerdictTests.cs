using System.Text.Json;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Tests.Support;
using Bundle.Verify;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>What the library says of every vector, rule by rule and in memory alone: the quick judge that mutation testing needs.</summary>
public sealed class VerdictTests
{
    internal static readonly JsonElement All = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "vectors.json"))).RootElement;

    /// <summary>The families of rules; the limits' vectors are large, and <see cref="VectorTests"/> has them.</summary>
    public static TheoryData<string> Families => [.. All.EnumerateArray().Select(Family).Distinct(StringComparer.Ordinal).Except(["lim-*"], StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_vector_of_a_family_has_its_verdict(string family)
    {
        foreach (var vector in All.EnumerateArray().Where(one => Family(one) == family))
        {
            var name = vector.GetProperty("name").GetString()!;
            var path = Vectors.PathOf(name);
            var faults = Holds(vector, name, PackageInput.File(path));
            Said.Check(name, faults, Path.GetDirectoryName(path) + "/");
            if (!path.EndsWith(".parts", StringComparison.Ordinal))
            {
                Holds(vector, name, PackageInput.From(new Pipe(File.ReadAllBytes(path))));
            }
        }
    }

    private static IReadOnlyList<Fault> Holds(JsonElement vector, string name, PackageInput input)
    {
        var faults = Faults(input);
        Assert.True(vector.GetProperty("valid").GetBoolean() == (faults.Count == 0), name);
        if (faults.Count > 0 && vector.GetProperty("fault").GetString() is { } expected)
        {
            Assert.Contains(faults, fault => fault.Id.Name == expected);
            if (name.StartsWith("idx-", StringComparison.Ordinal) || name.StartsWith("man-", StringComparison.Ordinal))
            {
                // It is that rule which refuses it, or the document's form before it, and no other by chance.
                var rules = vector.GetProperty("musts").EnumerateArray().Select(rule => rule.GetString()).Append("IDX-1").Select(rule => "[" + rule + "]");
                Assert.True(faults.Any(fault => rules.Any(rule => fault.Message.EndsWith(rule, StringComparison.Ordinal))), name);
            }
        }

        return faults;
    }

    private static IReadOnlyList<Fault> Faults(PackageInput input)
    {
        try
        {
            return Verifier.Run(input, 1, NoProgress.Instance, TestContext.Current.CancellationToken).Faults;
        }
        catch (BundleException e)
        {
            // A list of parts that cannot be read says nothing of the package, so it ends a check.
            Assert.True(e.Fault.Id == FaultId.PartsListInvalid || e.Fault.Id == FaultId.VersionUnknown, e.Message);
            return [e.Fault];
        }
    }

    internal static string Family(JsonElement vector) => vector.GetProperty("name").GetString()!.Split('-')[0] + "-*";
}
