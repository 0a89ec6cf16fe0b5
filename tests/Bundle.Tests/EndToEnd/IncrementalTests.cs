using System.Text.Json;
using Bundle.Model;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary>Packages that leave out what another one has, and what is made of them.</summary>
public sealed class IncrementalTests
{
    public static TheoryData<string> Sets => Data.Names;

    public static TheoryData<string, string> SetsAndForms => new(Data.Names.SelectMany(set => ((string[])["dir", "registry", "oci"]).Select(form => (set.Data, form))));

    [Theory]
    [MemberData(nameof(SetsAndForms))]
    public async Task Onto_the_release_before_it_gives_what_the_full_one_gives(string set, string form)
    {
        using var temp = await Packages(set);
        await Run.Good("extract", temp["v1"], "--as", form, "--to", temp["full"]);
        await Run.Good("extract", temp["v1"], "--as", form, "--to", temp["patched"]);
        await Run.Good("extract", temp["v2"], "--as", form, "--to", temp["full"]);
        await Run.Good("extract", temp["patch"], "--as", form, "--to", temp["patched"]);
        await Run.Tool("diff", "-r", temp["full"], temp["patched"]);
        var again = await Run.Good("extract", temp["patch"], "--as", form, "--to", temp["patched"], "--json");
        Assert.Contains("\"writtenBlobs\":0,", again.StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SetsAndForms))]
    public async Task Onto_nothing_is_refused_with_a_list_and_before_anything_is_written(string set, string form)
    {
        using var temp = await Packages(set);
        var result = await Run.Cli("extract", temp["patch"], "--as", form, "--to", temp["out"], "--json");
        Assert.Equal(1, result.ExitCode);
        using var error = JsonDocument.Parse(result.StandardError);
        Assert.Equal("base-missing", error.RootElement.GetProperty("id").GetString());
        Assert.NotEqual(0, error.RootElement.GetProperty("images").GetArrayLength());
        Assert.Contains("--base", error.RootElement.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(temp["out"]));
    }

    [Theory]
    [MemberData(nameof(SetsAndForms))]
    public async Task With_the_base_at_hand_it_needs_nothing_else(string set, string form)
    {
        using var temp = await Packages(set);
        await Run.Good("extract", temp["v2"], "--as", form, "--to", temp["full"]);
        await Run.Good("extract", temp["patch"], "--as", form, "--to", temp["patched"], "--base", Data.Of(set).Dir);
        await Run.Tool("diff", "-r", temp["full"], temp["patched"]);
    }

    [Fact]
    public async Task A_damaged_base_is_refused()
    {
        using var temp = await Packages("samples");
        await Run.Shell($"cp -r {Data.Of("samples").Dir} old; for f in $(find old -type f -size +100k); do printf X | dd of=$f bs=1 seek=5000 conv=notrunc status=none; done", temp.Path);
        var result = await Run.Cli("extract", temp["patch"], "--as", "registry", "--to", temp["out"], "--base", temp["old"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("does not have the content that its digest promises", result.StandardError, StringComparison.Ordinal);
        await Run.Shell("! find out -name link | grep . && find out -name data -printf '%p %P\\n' | sed -E 's|(.*) .*/([0-9a-f]{64})/data|\\2  \\1|' | sha256sum -c --quiet", temp.Path);
    }

    [Fact]
    public async Task Of_several_bases_a_sound_one_stands_in_for_those_that_are_not()
    {
        using var temp = await Packages("samples");
        await Run.Shell($"cp -r {Data.Of("samples").Dir} old; for f in $(find old -type f -size +100k); do printf X | dd of=$f bs=1 seek=5000 conv=notrunc status=none; done; head -c 100000 v1 > cut", temp.Path);
        await Run.Good("extract", temp["v2"], "--as", "dir", "--to", temp["full"]);
        string[] extract = ["extract", temp["patch"], "--as", "dir", "--to", temp["patched"], "--json", "--base", temp["old"], "--base", temp["cut"]];
        var refused = await Run.Cli(extract);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("does not have the content that its digest promises", refused.StandardError, StringComparison.Ordinal);
        using var report = JsonDocument.Parse((await Run.Good([.. extract, "--base", temp["v1"]])).StandardOutput);
        var warnings = report.RootElement.GetProperty("warnings").EnumerateArray().Select(one => one.GetString()!).ToList();
        Assert.Contains(warnings, text => text.Contains(temp["old"], StringComparison.Ordinal));
        Assert.Contains(warnings, text => text.Contains(temp["cut"], StringComparison.Ordinal));
        await Run.Tool("diff", "-r", temp["full"], temp["patched"]);
    }

    [Fact]
    public async Task A_base_in_a_registry_is_reached_as_a_source_of_create_is()
    {
        using var temp = await Packages("samples");
        await Certificates.Make(temp.Path, "127.0.0.1");
        await Run.Shell("htpasswd -Bbc users alice s3cret", temp.Path);
        await using var server = await RegistryServer.Start(temp["store"], htpasswd: temp["users"], certificate: temp["server.crt"]);
        await Run.Tool("skopeo", "login", "--tls-verify=false", "--authfile", temp["auth.json"], "-u", "alice", "-p", "s3cret", server.Host);
        await Run.Good("push", temp["v1"], "docker://" + server.Host, "--authfile", temp["auth.json"], "--ca", temp["ca.crt"]);
        var names = Data.Of("samples").Folders.Select(folder => ImageReference.TryParse(folder)!)
            .Select(one => $"docker://{server.Host}/{one.Name.Repository}{(one.Tag is { } tag ? ":" + tag : "@" + one.Digest)}").Distinct();
        string[] extract = ["extract", temp["patch"], "--as", "oci", "--to", temp["patched"], .. names.SelectMany(name => (string[])["--base", name])];
        var refused = await Run.Cli([.. extract, "--authfile", temp["auth.json"]]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--ca", refused.StandardError, StringComparison.Ordinal);
        await Run.Good([.. extract, "--authfile", temp["auth.json"], "--ca", temp["ca.crt"]]);
        await Run.Good("extract", temp["v2"], "--as", "oci", "--to", temp["full"]);
        await Run.Tool("diff", "-r", temp["full"], temp["patched"]);

        // What it holds can be compared where it is, too.
        string[] diff = ["diff", names.First(name => !name.Contains('@', StringComparison.Ordinal)), temp["v2"], "--authfile", temp["auth.json"]];
        Assert.Equal(1, (await Run.Cli(diff)).ExitCode);
        Assert.Contains("changed", (await Run.Good([.. diff, "--ca", temp["ca.crt"]])).StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task A_base_is_a_package_its_index_or_a_source(string set)
    {
        using var temp = await Packages(set);
        await Run.Shell("tar --zstd -xOf v1 bundle.json > v1.json", temp.Path);
        await Run.Good("create", Data.Of(set).Next, "--base", temp["v1.json"], "-o", temp["by-index"]);
        await Run.Good("create", Data.Of(set).Next, "--base", Data.Of(set).Dir, "-o", temp["by-source"]);
        await Run.Tool("cmp", temp["patch"], temp["by-index"]);
        await Run.Tool("cmp", temp["patch"], temp["by-source"]);
        Assert.True(new FileInfo(temp["patch"]).Length < new FileInfo(temp["v2"]).Length);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Verify_and_list_tell_what_it_relies_on(string set)
    {
        using var temp = await Packages(set);
        using var base1 = JsonDocument.Parse((await Run.Good("list", temp["v1"], "--json")).StandardOutput);
        foreach (var verb in (string[])["verify", "list"])
        {
            using var json = JsonDocument.Parse((await Run.Good(verb, temp["patch"], "--json")).StandardOutput);
            var lender = Assert.Single(json.RootElement.GetProperty("bases").EnumerateArray());
            Assert.Equal(base1.RootElement.GetProperty("bundleDigest").GetString(), lender.GetProperty("bundleDigest").GetString());
            Assert.True(lender.GetProperty("blobs").GetInt32() > 0);
            Assert.Contains("relies on", (await Run.Good(verb, temp["patch"])).StandardOutput, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Merged_with_its_base_it_is_the_full_package(string set)
    {
        using var temp = await Packages(set);
        await Run.Good("merge", temp["v1"], temp["patch"], "-o", temp["merged"]);
        await Run.Tool("cmp", temp["v2"], temp["merged"]);
        await Run.Good("merge", Data.Of(set).Dir, temp["patch"], "-o", temp["by-source"]);
        await Run.Tool("cmp", temp["v2"], temp["by-source"]);
        var alone = await Run.Cli("merge", temp["patch"], temp["patch"], "-o", temp["no"]);
        Assert.Equal(1, alone.ExitCode);
        Assert.Contains("missing", alone.StandardError, StringComparison.Ordinal);
        Assert.False(File.Exists(temp["no"]));
    }

    [Fact]
    public async Task Of_several_packages_the_one_that_is_damaged_is_named()
    {
        using var temp = await Packages("samples");
        await Run.Shell("for at in 100 3000000; do cp v1 $at; printf '%0100d' 7 | dd of=$at bs=1 seek=$at conv=notrunc status=none; done; head -c 3000000 v1 > cut", temp.Path);
        foreach (var bad in (string[])["100", "3000000", "cut"])
        {
            foreach (var line in (string[][])[["merge", temp[bad], temp["patch"], "-o", temp["m"]], ["merge", temp["v1"], temp[bad], "-o", temp["m"]], ["extract", temp["patch"], "--as", "oci", "--to", temp["x" + bad], "--base", temp[bad]]])
            {
                var refused = await Run.Cli(line);
                Assert.True(refused.ExitCode == 3, $"{string.Join(' ', line)}: {refused.ExitCode} {refused.StandardError}");
                Assert.Contains($"{temp[bad]}: ", refused.StandardError, StringComparison.Ordinal);
            }
        }

        Assert.Contains($"{temp["100"]}: ", (await Run.Cli("diff", temp["v2"], temp["100"])).StandardError, StringComparison.Ordinal);
        Assert.Contains("--base", (await Run.AnyShell("tar --zstd -xf v1 bundle.json; $BUNDLE merge bundle.json patch -o m", temp.Path)).StandardError, StringComparison.Ordinal);
        Assert.Contains("bundle merge", (await Run.Cli("create", $"bundle:{temp["v1"]}", $"bundle:{temp["patch"]}", "-o", temp["m"])).StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Together_with_its_base_it_makes_one_package_of_both_releases()
    {
        using var temp = await Packages("samples");

        // Without the one tag that both releases have, each with another image.
        await Run.Shell($"cp -r {Data.Of("samples").Dir} old; cp -r {Data.Of("samples").Next} new; rm -r old/localhost:5000/product/team/api:latest; $BUNDLE create old -o 1; $BUNDLE create new --base 1 -o 2; $BUNDLE create old new -o both", temp.Path);
        await Run.Good("create", $"bundle:{temp["1"]}", $"bundle:{temp["2"]}", "-o", temp["together"]);
        await Run.Tool("cmp", temp["both"], temp["together"]);
        Assert.Equal(1, (await Run.Cli("create", $"bundle:{temp["2"]}", "-o", temp["no"])).ExitCode);
    }

    [Fact]
    public async Task A_chain_of_increments_names_each_base()
    {
        using var temp = await Packages("samples");
        await Run.Shell($"cp -r {Data.Of("samples").Next} third; mv third/product/report:1.0 third/product/report:1.1; $BUNDLE create third --base v1 --base patch -o chain", temp.Path);
        using var json = JsonDocument.Parse((await Run.Good("list", temp["chain"], "--json")).StandardOutput);
        Assert.Equal(2, json.RootElement.GetProperty("bases").GetArrayLength());
        await Run.Shell($"$BUNDLE create third -o full; $BUNDLE merge v1 patch chain -o merged; cmp full merged; for p in v1 patch chain; do $BUNDLE extract $p --as registry --to a; done; for p in v1 v2 full; do $BUNDLE extract $p --as registry --to b; done; diff -r a b", temp.Path);
    }

    [Fact]
    public async Task Diff_tells_what_came_went_and_changed()
    {
        using var temp = await Packages("samples");
        using var json = JsonDocument.Parse((await Run.Good("diff", temp["v1"], temp["v2"], "--json")).StandardOutput);
        var changes = json.RootElement.GetProperty("images").EnumerateArray().ToDictionary(one => one.GetProperty("reference").GetString()!, one => one.GetProperty("change").GetString());
        Assert.Equal("added", changes["product/report:1.0"]);
        Assert.Equal("removed", changes["product/worker:2.0"]);
        Assert.Equal("changed", changes["localhost:5000/product/team/api:latest"]);
        Assert.DoesNotContain("tools/multi:1", changes.Keys);

        // What is new is what the incremental package carries, but for the manifests that both have.
        using var patch = JsonDocument.Parse((await Run.Good("list", temp["patch"], "--json")).StandardOutput);
        Assert.InRange(json.RootElement.GetProperty("newBytes").GetInt64(), 1, patch.RootElement.GetProperty("blobSize").GetInt64());
        var same = await Run.Good("diff", temp["v1"], Data.Of("samples").Dir);
        Assert.StartsWith("0 references changed", same.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(2, (await Run.Cli("diff", temp["v1"])).ExitCode);
    }

    /// <summary><c>v1</c>, <c>v2</c>, and <c>patch</c>, which is v2 without what v1 has.</summary>
    private static async Task<TempFolder> Packages(string set)
    {
        var temp = new TempFolder();
        await Run.Good("create", Data.Of(set).Dir, "-o", temp["v1"], "--no-sync");
        await Run.Good("create", Data.Of(set).Next, "-o", temp["v2"], "--no-sync");
        await Run.Good("create", Data.Of(set).Next, "--base", temp["v1"], "-o", temp["patch"], "--no-sync");
        return temp;
    }
}
