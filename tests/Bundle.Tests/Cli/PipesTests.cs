using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Cli;

/// <summary>A pipe in the place of a file keeps nobody waiting for a writer that never comes.</summary>
public sealed class PipesTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public PipesTests()
    {
        Samples.SampleSet.WriteKube(_temp["k"]);
        Create.Creator.Run(new Create.CreateOptions { Sources = [_temp["k"]], Output = _temp["good"], Sync = false }, NoProgress.Instance, CancellationToken.None);
        Create.Creator.Run(new Create.CreateOptions { Sources = [_temp["k"]], Output = _temp["p"], Split = 200_000, Sync = false }, NoProgress.Instance, CancellationToken.None);
    }

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("verify p.parts", "p.002")]
    [InlineData("verify p.002 --part", "p.002")]
    [InlineData("list p.parts", "p.001")]
    [InlineData("extract p.parts --as dir --to out", "p.002")]
    [InlineData("repair p.parts --from good", "p.002")]
    [InlineData("verify p.parts", "p.parts")]
    [InlineData("repair good --from fifo", "fifo")]
    [InlineData("repair fifo --from good", "fifo")]
    [InlineData("sign fifo --key key", "fifo")]
    [InlineData("serve fifo --listen 127.0.0.1:0", "fifo")]
    [InlineData("create fifo -o new", "fifo")]
    [InlineData("create bundle:fifo -o new", "fifo")]
    [InlineData("create docker-archive:fifo -o new", "fifo")]
    [InlineData("create fifo.yaml -o new", "fifo.yaml")]
    [InlineData("create yaml:fifo -o new", "fifo")]
    [InlineData("create k --base fifo -o new", "fifo")]
    [InlineData("create k --include fifo -o new", "fifo")]
    [InlineData("create k -o new", "k/registry.k8s.io/kube-scheduler:v1.20.5/manifest.json")]
    [InlineData("diff fifo good", "fifo")]
    [InlineData("push fifo docker://localhost:1", "fifo")]
    [InlineData("push good docker://localhost:1 --base fifo", "fifo")]
    public async Task It_is_refused(string command, string pipe)
    {
        var result = await Run.AnyShell($"openssl ecparam -name prime256v1 -genkey -noout -out key && rm -f {pipe} && mkfifo {pipe} && timeout 60 $BUNDLE {command} < /dev/null", _temp.Path);
        Assert.True(result.ExitCode == 1, $"{result.ExitCode}: {result.StandardError}");
        Assert.Contains(pipe, result.StandardError, StringComparison.Ordinal);
        Assert.Matches("pipe or a device|neither a folder nor a file|no regular file", result.StandardError);
    }

    [Fact]
    public async Task A_package_is_read_from_one_all_the_same() =>
        await Run.Shell("mkfifo fifo; cat good > fifo & timeout 60 $BUNDLE verify fifo", _temp.Path);
}
