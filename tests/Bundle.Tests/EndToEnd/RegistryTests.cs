using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary><c>extract --as registry</c>, and the package as a plain archive, judged by a real docker-registry.</summary>
public sealed class RegistryTests
{
    public static TheoryData<string> Sets => Data.Names;

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Equals_what_a_real_registry_makes_of_the_same_images(string set)
    {
        var data = Data.Of(set);
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp["real"]);
        await using (var server = await RegistryServer.Start(temp["real"]))
        {
            await Peers.Push(data.Dir, data.Folders, server.Host);
        }

        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "registry", "--to", temp["out"]);
        await Run.Shell("find real -name _uploads -prune -exec rm -r {} + ; diff -r real out", temp.Path);
        if (data.Registry is { } registry)
        {
            await Run.Tool("diff", "-r", registry, temp["out"]);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task A_real_registry_serves_the_extracted_store(string set)
    {
        var data = Data.Of(set);
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "registry", "--to", temp["out"]);
        await using var server = await RegistryServer.Start(temp["out"]);
        await Peers.ServesAll(data.Dir, data.Folders, server.Host);
        await Peers.NothingIsGarbage(server);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task A_real_registry_serves_what_tar_alone_extracts(string set)
    {
        var data = Data.Of(set);
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        await Run.Shell("zstd -q -t p.tar.zst; mkdir plain bsd busy; tar --zstd -xf p.tar.zst -C plain; bsdtar -xf p.tar.zst -C bsd; zstd -dc p.tar.zst | busybox tar -x -C busy", temp.Path);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "registry", "--to", temp["out"]);
        await Run.Shell("diff -r out/docker plain/docker; diff -r plain bsd; diff -r plain busy", temp.Path);
        await using var server = await RegistryServer.Start(temp["plain"]);
        await Peers.ServesAll(data.Dir, data.Folders, server.Host);
        await Peers.NothingIsGarbage(server);
    }

    [Fact]
    public async Task Adds_to_a_store_that_has_other_images()
    {
        var data = Data.Of("samples");
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir + "/tools", "--output", temp["1.tar.zst"]);
        await Run.Good("create", data.Dir, "--output", temp["2.tar.zst"]);
        await Run.Good("extract", temp["1.tar.zst"], "--as", "registry", "--to", temp["out"]);
        await Run.Good("extract", temp["2.tar.zst"], "--as", "registry", "--to", temp["out"]);
        await Run.Good("extract", temp["2.tar.zst"], "--as", "registry", "--to", temp["fresh"]);
        await using var server = await RegistryServer.Start(temp["out"]);
        await Peers.ServesAll(data.Dir, data.Folders, server.Host);
        await Peers.NothingIsGarbage(server);
        Assert.True(Directory.Exists(temp["out/docker/registry/v2/repositories/legacy"]));
        Assert.False(Directory.Exists(temp["fresh/docker/registry/v2/repositories/legacy"]));
    }

    [Fact]
    public async Task Only_the_wanted_images_and_their_blobs_are_written()
    {
        var data = Data.Of("samples");
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "registry", "--to", temp["out"], "--image", "kube-*:v1.20.5", "--image", "tools/legacy");
        string[] wanted = [.. data.Folders.Where(folder => folder.Contains("kube-", StringComparison.Ordinal) || folder.Contains("legacy", StringComparison.Ordinal))];
        await using var server = await RegistryServer.Start(temp["out"]);
        await Peers.ServesAll(data.Dir, wanted, server.Host);
        await Peers.NothingIsGarbage(server);
        Assert.Equal(["kube-apiserver", "kube-controller-manager", "kube-scheduler", "tools"],
            Directory.EnumerateDirectories(temp["out/docker/registry/v2/repositories"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }
}
