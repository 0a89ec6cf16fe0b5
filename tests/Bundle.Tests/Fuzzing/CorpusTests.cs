using Bundle.Fuzz;
using Xunit;

namespace Bundle.Tests.Fuzzing;

/// <summary>What fuzzing found worth keeping, by hand or by the code that it reaches, replayed.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Targets => [.. Target.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Inputs_that_fuzzing_kept_end_as_they_have_to(string name)
    {
        var target = Target.All.Single(one => one.Name == name);
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "corpus", name));
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var problem = Record.Exception(() => target.Run(File.ReadAllBytes(file)));
            Assert.True(problem is null, $"{Path.GetFileName(file)}: {problem}");
        }
    }
}
