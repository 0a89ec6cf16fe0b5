using System.Net;
using System.Text.Json;
using Bundle.Model;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary>Lists of which some platforms are left out: their digests stay, and what is there works.</summary>
public sealed class PlatformTests
{
    [Fact]
    public async Task A_list_keeps_its_digest_and_its_platform_is_pulled_from_a_real_registry()
    {
        using var temp = await Sparse();
        await Run.Good("extract", temp["some"], "--as", "registry", "--to", temp["store"]);
        await using var server = await RegistryServer.Start(temp["store"]);
        await Run.Tool("skopeo", "copy", "-q", "--src-tls-verify=false", $"docker://{server.Host}/tools/multi:1", $"dir:{temp["pulled"]}");
        var list = Path.Combine(Data.Of("samples").Dir, "tools/multi:1/manifest.json");
        using var client = new HttpClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", [MediaTypes.OciIndex, MediaTypes.OciManifest]);
        using var response = await client.GetAsync(new Uri($"http://{server.Host}/v2/tools/multi/manifests/1"), TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllBytesAsync(list, TestContext.Current.CancellationToken), await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        foreach (var (child, there) in Children(list))
        {
            using var answer = await client.GetAsync(new Uri($"http://{server.Host}/v2/tools/multi/manifests/{child}"), TestContext.Current.CancellationToken);
            Assert.Equal(there ? HttpStatusCode.OK : HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task What_is_left_out_is_told_and_not_carried()
    {
        using var temp = await Sparse();
        using var json = JsonDocument.Parse((await Run.Good("list", temp["some"], "--json")).StandardOutput);
        Assert.True(json.RootElement.GetProperty("omitted").GetInt32() >= 2);
        var multi = json.RootElement.GetProperty("images").EnumerateArray().First(one => one.GetProperty("name").GetString() == "tools/multi");
        Assert.Equal(["linux/amd64"], multi.GetProperty("platforms").EnumerateArray().Select(one => one.GetString()));
        await Run.Good("extract", temp["some"], "--as", "dir", "--to", temp["dir"]);
        var folder = Path.Combine(temp["dir"], "tools/multi:1");
        foreach (var (child, there) in Children(Path.Combine(folder, "manifest.json")))
        {
            Assert.Equal(there, File.Exists(Path.Combine(folder, child["sha256:".Length..] + ".manifest.json")));
        }

        await Run.Tool("skopeo", "copy", "-q", $"dir:{folder}", $"dir:{temp["copied"]}");

        // What came out of it makes the same package again.
        await Run.Good("create", temp["dir"], "--platform", "linux/amd64", "-o", temp["again"]);
        await Run.Tool("cmp", temp["some"], temp["again"]);
        var refused = await Run.Cli("create", temp["dir"], "-o", temp["all"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--platform", refused.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_has_no_wanted_platform_is_taken_whole_and_told()
    {
        using var temp = new TempFolder();
        var told = await Run.Good("create", Data.Of("samples").Dir + "/tools", "--platform", "linux/s390x", "-o", temp["p"]);
        Assert.Contains("multi:1 has no platform that is wanted, so all of its platforms are taken: linux/amd64, linux/arm64", told.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("no platform", (await Run.Good("create", Data.Of("samples").Dir, "--platform", "linux/arm64", "-o", temp["q"])).StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("linux/")]
    [InlineData("linux/amd64/v2/x")]
    public async Task A_platform_that_is_none_is_a_usage_error(string platform)
    {
        using var temp = new TempFolder();
        Assert.Equal(2, (await Run.Cli("create", Data.Of("samples").Dir, "--platform", platform, "-o", temp["p"])).ExitCode);
    }

    private static async Task<TempFolder> Sparse()
    {
        var temp = new TempFolder();
        await Run.Good("create", Data.Of("samples").Dir, "--platform", "linux/amd64", "-o", temp["some"]);
        await Run.Good("verify", temp["some"]);
        return temp;
    }

    private static List<(string Digest, bool IsAmd64)> Children(string list)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(list));
        return [.. json.RootElement.GetProperty("manifests").EnumerateArray()
            .Select(one => (one.GetProperty("digest").GetString()!, one.GetProperty("platform").GetProperty("architecture").GetString() == "amd64"))];
    }
}
