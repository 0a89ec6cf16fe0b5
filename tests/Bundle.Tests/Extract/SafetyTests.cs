using Bundle.Create;
using Bundle.Extract;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Samples;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Extract;

/// <summary>Nothing is written outside the destination, whatever is in it already.</summary>
public sealed class SafetyTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public SafetyTests()
    {
        SampleSet.WriteKube(_temp["k"]);
        SampleSet.WriteScripts(_temp.Path);
        Directory.CreateDirectory(_temp["outside"]);
        Directory.CreateDirectory(_temp["out"]);
        Creator.Run(new CreateOptions { Sources = [_temp["k"]], Includes = [_temp["deploy"]], Output = _temp["p.tar.zst"], Sync = false }, NoProgress.Instance, CancellationToken.None);
    }

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(TargetForm.Registry, "docker")]
    [InlineData(TargetForm.Registry, "docker/registry/v2/blobs/sha256")]
    [InlineData(TargetForm.Registry, "docker/registry/v2/repositories/kube-scheduler")]
    [InlineData(TargetForm.Registry, "files/deploy")]
    [InlineData(TargetForm.Dir, "registry.k8s.io")]
    [InlineData(TargetForm.Dir, "registry.k8s.io/kube-scheduler:v1.20.5")]
    [InlineData(TargetForm.Oci, "blobs")]
    public void A_link_to_a_folder_outside_is_not_followed(TargetForm form, string at)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_temp["out/" + at])!);
        Directory.CreateSymbolicLink(_temp["out/" + at], _temp["outside"]);
        var fault = Destination.Extract(PackageInput.File(_temp["p.tar.zst"]), form, _temp["out"]);
        Assert.Equal(FaultId.DestinationUnsafe, fault?.Id);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp["outside"]));
    }

    [Theory]
    [InlineData(TargetForm.Registry, "docker/registry/v2/repositories/kube-scheduler/_manifests/tags/v1.20.5/current/link")]
    [InlineData(TargetForm.Registry, "files/deploy/install.sh")]
    [InlineData(TargetForm.Dir, "registry.k8s.io/kube-scheduler:v1.20.5/version")]
    [InlineData(TargetForm.Oci, "index.json")]
    public void A_link_in_the_place_of_a_file_is_not_written_through(TargetForm form, string at)
    {
        _temp.Write("outside/victim", "precious");
        Directory.CreateDirectory(Path.GetDirectoryName(_temp["out/" + at])!);
        File.CreateSymbolicLink(_temp["out/" + at], _temp["outside/victim"]);
        var fault = Destination.Extract(PackageInput.File(_temp["p.tar.zst"]), form, _temp["out"]);
        Assert.Equal(FaultId.DestinationUnsafe, fault?.Id);
        Assert.Equal("precious", File.ReadAllText(_temp["outside/victim"]));
    }

    [Theory]
    [InlineData(TargetForm.Registry, "docker/registry")]
    [InlineData(TargetForm.Registry, "docker/registry/v2/blobs/sha256")]
    [InlineData(TargetForm.Dir, "registry.k8s.io")]
    [InlineData(TargetForm.Oci, "blobs")]
    public async Task A_link_that_appears_under_way_is_not_followed(TargetForm form, string at)
    {
        using var stop = new CancellationTokenSource();
        var attacker = Task.Run(() => Swap(_temp["out/" + at], stop.Token), TestContext.Current.CancellationToken);
        for (var round = 0; round < 25; round++)
        {
            // Whether it goes well is a matter of luck; where it writes is not.
            _ = Record.Exception(() => Destination.Extract(PackageInput.File(_temp["p.tar.zst"]), form, _temp["out"]));
        }

        await stop.CancelAsync();
        Assert.True(await attacker > 0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp["outside"]));
    }

    [Fact]
    public void A_file_where_a_folder_has_to_be_is_told()
    {
        _temp.Write("out/docker", "x");
        var fault = Destination.Extract(PackageInput.File(_temp["p.tar.zst"]), TargetForm.Registry, _temp["out"]);
        Assert.Equal(FaultId.DestinationUnsafe, fault?.Id);
        Assert.Contains("no folder", fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_destination_itself_may_be_a_link()
    {
        Directory.CreateSymbolicLink(_temp["way"], _temp["out"]);
        Assert.Null(Destination.Extract(PackageInput.File(_temp["p.tar.zst"]), TargetForm.Oci, _temp["way"]));
        Assert.True(File.Exists(_temp["out/index.json"]));
    }

    [Fact]
    public void What_a_killed_run_left_is_removed()
    {
        _temp.Write("out/.bundle-staging-0123456789abcdef/1", "half a blob");
        Assert.Null(Destination.Extract(PackageInput.File(_temp["p.tar.zst"]), TargetForm.Registry, _temp["out"]));
        Assert.Equal(["docker", "files"], Directory.EnumerateFileSystemEntries(_temp["out"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    // A folder, a link to the outside in its place, and the folder again; returns how often.
    private int Swap(string folder, CancellationToken stop)
    {
        var swaps = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Directory.Move(folder, folder + ".aside");
                Directory.CreateSymbolicLink(folder, _temp["outside"]);
                swaps++;
                Thread.Sleep(1);
                File.Delete(folder);
                Directory.Move(folder + ".aside", folder);
            }
            catch (IOException)
            {
                // The extraction made the folder anew, or has not made it yet.
                if (new FileInfo(folder).LinkTarget is not null)
                {
                    File.Delete(folder);
                }

                if (Directory.Exists(folder + ".aside"))
                {
                    Directory.Delete(folder + ".aside", recursive: true);
                }
            }
        }

        return swaps;
    }

    [Fact]
    public void Links_of_a_registry_are_files_of_their_own()
    {
        Assert.Null(Destination.Extract(PackageInput.File(_temp["p.tar.zst"]), TargetForm.Registry, _temp["out"]));
        foreach (var link in Directory.EnumerateFiles(_temp["out"], "link", SearchOption.AllDirectories))
        {
            Assert.Equal(1, IO.FileStat.Of(link)!.Value.Links);
            Assert.Equal(71, new FileInfo(link).Length);
        }
    }
}
