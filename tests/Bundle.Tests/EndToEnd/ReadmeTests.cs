using Bundle.Samples;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary>The README's commands, as printed.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task Every_command_works_as_printed()
    {
        var allowed = await Run.AnyShell("[ $(id -u) = 0 ] && unshare --mount --net --pid --fork mount -t tmpfs none /mnt");
        Assert.SkipUnless(allowed.ExitCode == 0, "needs root and namespaces: " + allowed.StandardError);
        using var temp = new TempFolder();
        SampleSet.Write(temp["images"]);
        SampleSet.WriteScripts(temp.Path);
        var result = await Run.AnyShell($"BUNDLE_EXE=$BUNDLE {Repository}/tests/readme {temp.Path}");
        Assert.True(result.ExitCode == 0, result.StandardOutput + result.StandardError);
        Assert.Matches(@"\A[3-9][0-9] commands run", result.StandardOutput);
    }

    private static string Repository
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Bundle.sln")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests run outside the repository");
            }

            return folder;
        }
    }
}
