using Bundle.Extract;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>
/// What extraction says of every vector, in memory alone, as <see cref="VerdictTests"/> has it for checks: it stops at the first fault, and nothing wrong is
/// left. The slow ones, and the other forms, are in <see cref="VectorTests"/>.
/// </summary>
public sealed class RefusalTests
{
    private static readonly string[] Slow = ["good-large-index", "good-signed-large-index", "good-large-documents", "good-many-frames"];

    public static TheoryData<string> Families => VerdictTests.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_vector_of_a_family_is_extracted_or_refused(string family)
    {
        foreach (var vector in VerdictTests.All.EnumerateArray().Where(one => VerdictTests.Family(one) == family))
        {
            var name = vector.GetProperty("name").GetString()!;
            if (Slow.Contains(name))
            {
                continue;
            }

            var path = Vectors.PathOf(name);
            var filed = Extract(PackageInput.File(path), path, "extract from file: " + name);
            if (!path.EndsWith(".parts", StringComparison.Ordinal))
            {
                var piped = Extract(PackageInput.From(new Pipe(File.ReadAllBytes(path))), path, "extract: " + name);
                Assert.True(piped is not null || vector.GetProperty("valid").GetBoolean(), name + " is extracted from a pipe");
                Assert.True(filed is null || piped is not null, name + " is extracted from a pipe, and not from a file");
            }
        }
    }

    private static Fault? Extract(PackageInput input, string path, string name)
    {
        using var temp = new TempFolder(inMemory: true);
        var fault = Destination.Extract(input, TargetForm.Registry, temp["out"], threads: 1);
        if (fault is not null)
        {
            Said.Check(name, [fault], Path.GetDirectoryName(path) + "/", temp.Path);
        }

        if (Directory.Exists(temp["out"]))
        {
            Destination.HoldsNothingWrong(temp["out"], failed: fault is not null);
        }

        return fault;
    }
}
