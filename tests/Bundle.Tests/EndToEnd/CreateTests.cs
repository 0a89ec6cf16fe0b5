using System.Text.Json;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary><c>create</c>: the same bytes always; pipes; the article's example.</summary>
public sealed class CreateTests
{
    public static TheoryData<string> Sets => Data.Names;

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task The_same_images_give_the_same_bytes(string set)
    {
        var data = Data.Of(set);
        using var temp = new TempFolder();
        var parts = Directory.EnumerateDirectories(data.Dir).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();
        await Run.Good("create", data.Dir, "--output", temp["1.tar.zst"]);
        await Run.Shell($"umask 077; cd /; TZ=Asia/Tokyo LANG=de_DE.UTF-8 LC_ALL=C $BUNDLE create {data.Dir}/ --threads 7 -o {temp["2.tar.zst"]}");
        await Run.Shell($"cp -r --reflink=auto {data.Dir} copy; chmod -R go-rwx copy; cd copy; $BUNDLE create . --threads 1 -o - > {temp["3.tar.zst"]}", temp.Path);
        await Run.Tool("cmp", temp["1.tar.zst"], temp["2.tar.zst"]);
        await Run.Tool("cmp", temp["1.tar.zst"], temp["3.tar.zst"]);
        Assert.NotEmpty(parts);
    }

    [Fact]
    public async Task The_order_of_sources_and_includes_does_not_matter()
    {
        var data = Data.Of("samples");
        using var temp = new TempFolder();
        Samples.SampleSet.WriteScripts(temp.Path);
        temp.Write("more/note.txt", "a note");
        await Run.Good("create", $"{data.Dir}/tools", $"{data.Dir}/product", "--include", temp["deploy"], "--include", temp["more"], "-o", temp["1.tar.zst"]);
        await Run.Good("create", $"{data.Dir}/product", $"{data.Dir}/tools", $"{data.Dir}/tools", "--include", temp["more"], "--include", temp["deploy/"], "-o", temp["2.tar.zst"]);
        await Run.Tool("cmp", temp["1.tar.zst"], temp["2.tar.zst"]);
    }

    [Fact]
    public async Task The_time_is_that_of_SOURCE_DATE_EPOCH()
    {
        using var temp = new TempFolder();
        Samples.SampleSet.WriteKube(temp["k"]);
        await Run.Shell("SOURCE_DATE_EPOCH=86400 $BUNDLE create k -o p.tar.zst; tar --utc -tvf p.tar.zst | grep -v 1970-01-02 && exit 1 || exit 0", temp.Path);
        var wrong = await Run.AnyShell("SOURCE_DATE_EPOCH=now $BUNDLE create k -o q.tar.zst", temp.Path);
        Assert.Equal(2, wrong.ExitCode);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task A_pipe_gives_what_the_file_gives(string set)
    {
        var data = Data.Of(set);
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        await Run.Shell("""
            set -e
            cat p.tar.zst | $BUNDLE extract - --as dir --to piped
            $BUNDLE extract p.tar.zst --as dir --to filed
            diff -r piped filed
            (head -c 1000; sleep 0.2; dd bs=777 count=3 status=none; sleep 0.2; cat) < p.tar.zst | $BUNDLE verify -
            $BUNDLE create filed -o - | cmp - p.tar.zst
            $BUNDLE list - < p.tar.zst > listed; $BUNDLE list p.tar.zst | diff - listed | grep -c '^[<>]' | grep -qx 2
            """, temp.Path);
    }

    [Fact]
    public async Task The_three_kube_images_of_the_article_have_eight_blobs_not_twelve()
    {
        using var temp = new TempFolder();
        Samples.SampleSet.WriteKube(temp["k"]);
        Assert.Equal(12, Directory.EnumerateFiles(temp["k"], "*", SearchOption.AllDirectories).Count(path => Path.GetFileName(path).Length == 64));
        await Run.Good("create", temp["k"], "--output", temp["p.tar.zst"]);
        using var listed = JsonDocument.Parse((await Run.Good("list", temp["p.tar.zst"], "--json")).StandardOutput);
        var root = listed.RootElement;
        Assert.Equal(3, root.GetProperty("images").GetArrayLength());

        // Manifests are blobs too: three of them.
        Assert.Equal(8 + 3, root.GetProperty("blobs").GetInt32());
        Assert.Equal(12 + 3, root.GetProperty("treeBlobs").GetInt32());
        var sizes = Directory.EnumerateFiles(temp["k"], "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "version")
            .Select(path => (Name: Path.GetFileName(path) is { Length: 64 } hex ? hex : path, new FileInfo(path).Length)).ToList();
        Assert.Equal(sizes.Sum(one => one.Length), root.GetProperty("treeSize").GetInt64());
        Assert.Equal(sizes.DistinctBy(one => one.Name).Sum(one => one.Length), root.GetProperty("blobSize").GetInt64());
        await Run.Good("extract", temp["p.tar.zst"], "--as", "registry", "--to", temp["r"]);
        Assert.Equal(11, Directory.EnumerateFiles(temp["r/docker/registry/v2/blobs"], "data", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task Extra_files_keep_their_modes_and_go_where_they_are_told()
    {
        using var temp = new TempFolder();
        Samples.SampleSet.WriteKube(temp["k"]);
        Samples.SampleSet.WriteScripts(temp.Path);
        await Run.Good("create", temp["k"], "--include", temp["deploy"], "--output", temp["p.tar.zst"]);
        const string Modes = "find . -type f -printf '%P %m %s\n' | sort";
        var expected = (await Run.Shell(Modes, temp["deploy"])).StandardOutput;
        await Run.Shell("umask 077; $BUNDLE extract p.tar.zst --as registry --to a; $BUNDLE extract p.tar.zst --as dir --to b --files-to c; $BUNDLE extract p.tar.zst --as oci --to d --no-files", temp.Path);
        Assert.Equal(expected, (await Run.Shell(Modes, temp["a/files/deploy"])).StandardOutput);
        Assert.Equal(expected, (await Run.Shell(Modes, temp["c/deploy"])).StandardOutput);
        Assert.False(Directory.Exists(temp["b/files"]));
        Assert.False(Directory.Exists(temp["d/files"]));
    }
}
