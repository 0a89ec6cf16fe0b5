using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary><c>extract --as dir</c>, judged by diff and by skopeo.</summary>
public sealed class DirTests
{
    public static TheoryData<string> Sets => Data.Names;

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Gives_back_the_trees_that_it_was_made_of(string set)
    {
        var data = Data.Of(set);
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "dir", "--to", temp["out"]);
        await Run.Tool("diff", "-r", data.Dir, temp["out"]);

        // Every blob is one file, whatever names it has.
        await Run.Shell("find . -type f -size +0 -regextype posix-extended -regex '.*/[0-9a-f]{64}' -printf '%f %i\n' | sort -u | cut -d' ' -f1 | uniq -d | grep . && exit 1 || exit 0", temp["out"]);

        // A second time changes nothing.
        const string State = "find . -mindepth 1 -printf '%p %i %T@ %m\n' | sort";
        var before = (await Run.Shell(State, temp["out"])).StandardOutput;
        await Run.Good("extract", temp["p.tar.zst"], "--as", "dir", "--to", temp["out"]);
        Assert.Equal(before, (await Run.Shell(State, temp["out"])).StandardOutput);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Skopeo_reads_and_pushes_every_image_with_its_digest(string set)
    {
        var data = Data.Of(set);
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "dir", "--to", temp["out"]);
        foreach (var folder in data.Folders)
        {
            await Run.Tool("skopeo", "inspect", "--raw", $"dir:{temp["out"]}/{folder}");
        }

        Directory.CreateDirectory(temp["store"]);
        await using var server = await RegistryServer.Start(temp["store"]);
        await Peers.Push(temp["out"], data.Folders, server.Host);
        await Peers.ServesAll(data.Dir, data.Folders, server.Host);
    }

    [Fact]
    public async Task Skopeo_syncs_the_whole_tree_into_a_registry()
    {
        using var temp = new TempFolder();
        var source = temp["source"];
        Samples.SampleSet.WriteKube(source);
        Directory.Move(Path.Combine(source, "registry.k8s.io"), temp["plain"]);
        await Run.Good("create", temp["plain"], "--output", temp["p.tar.zst"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "dir", "--to", temp["out"]);
        Directory.CreateDirectory(temp["store"]);
        await using var server = await RegistryServer.Start(temp["store"]);
        await Run.Tool("skopeo", "sync", "--all", "--scoped", "--preserve-digests", "--dest-tls-verify=false", "--src", "dir", "--dest", "docker", temp["out"], server.Host);
        var names = Directory.EnumerateDirectories(temp["out"]).Select(path => Path.GetFileName(path));
        await Peers.ServesAll(temp["out"], names, server.Host);
    }

    [Fact]
    public async Task Flat_names_folders_as_skopeo_does_without_scoped()
    {
        var data = Data.Of("samples");
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "dir", "--to", temp["out"], "--flat");
        Assert.Contains("api:2.0", Directory.EnumerateDirectories(temp["out"]).Select(path => Path.GetFileName(path)));
        await Run.Tool("diff", "-r", data.Dir + "/localhost:5000/product/team/api:2.0", temp["out"] + "/api:2.0");
    }

    [Fact]
    public async Task Flat_refuses_two_images_of_one_folder()
    {
        using var temp = new TempFolder();
        Samples.SampleSet.WriteKube(temp["x/a"]);
        Directory.Move(temp["x/a/registry.k8s.io/kube-scheduler:v1.20.5"], temp["x/ok:1"]);
        Directory.Move(temp["x/a/registry.k8s.io/kube-apiserver:v1.20.5"], temp["x/a/ok:1"]);
        await Run.Good("create", temp["x"], "--output", temp["p.tar.zst"]);
        var result = await Run.Cli("extract", temp["p.tar.zst"], "--as", "dir", "--to", temp["out"], "--flat");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("a/ok:1 and ok:1 would both be the folder ok:1", result.StandardError, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(temp["out"]));
    }

    [Fact]
    public async Task Another_image_of_the_same_name_is_replaced_and_leaves_nothing()
    {
        using var temp = new TempFolder();
        Samples.SampleSet.WriteKube(temp["k"]);
        Directory.CreateDirectory(temp["v1"]);
        Directory.CreateDirectory(temp["v2"]);
        Directory.Move(temp["k/registry.k8s.io/kube-scheduler:v1.20.5"], temp["v1/app:latest"]);
        Directory.Move(temp["k/registry.k8s.io/kube-apiserver:v1.20.5"], temp["v2/app:latest"]);
        await Run.Good("create", temp["v1"], "--output", temp["1.tar.zst"]);
        await Run.Good("create", temp["v2"], "--output", temp["2.tar.zst"]);
        await Run.Good("extract", temp["1.tar.zst"], "--as", "dir", "--to", temp["out"]);
        await Run.Good("extract", temp["2.tar.zst"], "--as", "dir", "--to", temp["out"]);
        await Run.Tool("diff", "-r", temp["v2"], temp["out"]);
    }

    [Fact]
    public async Task Damaged_content_that_is_there_is_replaced_and_the_rest_adopted()
    {
        var data = Data.Of("samples");
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "dir", "--to", temp["out"]);
        var victim = Directory.EnumerateFiles(temp["out"], "*", SearchOption.AllDirectories).First(path => new FileInfo(path) is { Length: > 100_000 });
        await using (var file = File.OpenWrite(victim))
        {
            file.Position = 5000;
            file.WriteByte(0x55);
            file.WriteByte(0xAA);
        }

        var result = await Run.Good("extract", temp["p.tar.zst"], "--as", "dir", "--to", temp["out"], "--json");
        Assert.Contains("\"writtenBlobs\":1,", result.StandardOutput, StringComparison.Ordinal);
        await Run.Tool("diff", "-r", data.Dir, temp["out"]);
    }
}
