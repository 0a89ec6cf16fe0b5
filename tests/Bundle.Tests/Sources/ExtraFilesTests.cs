using Bundle.Create;
using Bundle.Faults;
using Bundle.Samples;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Sources;

/// <summary><c>--include</c>: what can be carried, and what is refused.</summary>
public sealed class ExtraFilesTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public ExtraFilesTests() => SampleSet.WriteKube(_temp["k"]);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Each_goes_under_its_base_name()
    {
        SampleSet.WriteScripts(_temp.Path);
        _temp.Write("a/b/single.txt", "x");
        var files = Create(_temp["deploy/"], _temp["a/b/single.txt"]).Index.Files;
        Assert.Equal(["deploy/README.txt", "deploy/conf/values.yaml", "deploy/install.sh", "single.txt"], files.Select(file => file.Path));
        Assert.Equal([0x1A4, 0x1A0, 0x1ED, 0x1A4], files.Select(file => file.Mode));
    }

    [Fact]
    public void A_symbolic_link_is_refused()
    {
        SampleSet.WriteScripts(_temp.Path);
        File.CreateSymbolicLink(_temp["deploy/link"], "/etc/passwd");
        Assert.Equal(FaultId.SourceInvalid, Refused(_temp["deploy"]).Id);
    }

    [Fact]
    public void A_name_with_a_control_character_is_refused()
    {
        _temp.Write("deploy/a\nb", "x");
        Assert.Equal(FaultId.SourceInvalid, Refused(_temp["deploy"]).Id);
    }

    [Fact]
    public void Two_files_of_one_name_are_refused_with_both_named()
    {
        _temp.Write("a/x.txt", "1");
        _temp.Write("b/x.txt", "2");
        var fault = Refused(_temp["a/x.txt"], _temp["b/x.txt"]);
        Assert.Equal(FaultId.NameConflict, fault.Id);
        Assert.Contains(_temp["a/x.txt"], fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_missing_is_refused() => Assert.Equal(FaultId.SourceMissing, Refused(_temp["gone"]).Id);

    private CreateResult Create(params string[] includes) => Creator.Run(
        new CreateOptions { Sources = [_temp["k"]], Output = _temp["out.tar.zst"], Includes = includes, Sync = false }, NoProgress.Instance, CancellationToken.None);

    private Fault Refused(params string[] includes) => Assert.Throws<BundleException>(() => Create(includes)).Fault;
}
