using System.Text.Json;
using Bundle.List;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Transfer;

/// <summary>Packages in parts: written, read in place, and their parts named where they are missing, damaged or exchanged.</summary>
public sealed class SplitTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public SplitTests() => Samples.SampleSet.WriteKube(_temp["k"]);

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("65536", 65536L)]
    [InlineData("700M", 700L << 20)]
    [InlineData("4g", 4L << 30)]
    [InlineData("4GiB", 4L << 30)]
    [InlineData("4GB", 4_000_000_000L)]
    [InlineData("1TB", 1_000_000_000_000L)]
    [InlineData("1kB", 1000L)]
    [InlineData("", null)]
    [InlineData("M", null)]
    [InlineData("1X", null)]
    [InlineData("1MX", null)]
    [InlineData("-1M", null)]
    [InlineData("1.5M", null)]
    [InlineData("1B", null)]
    [InlineData("9999999T", null)]
    [InlineData("99999999999999999999", null)]
    public void Sizes_are_those_of_split(string text, long? size) => Assert.Equal(size, Sizes.TryParse(text, out var bytes) ? bytes : null);

    [Fact]
    public async Task The_parts_joined_are_the_package_and_stock_tools_read_them()
    {
        await Run.Shell("""
            set -e
            $BUNDLE create k -o whole.tar.zst --quiet
            $BUNDLE create k -o p.tar.zst --split 200K --threads 1 --quiet
            $BUNDLE create k -o q.tar.zst --split 204800 --threads 4 --quiet
            cat p.tar.zst.[0-9][0-9][0-9] | cmp - whole.tar.zst
            cmp p.tar.zst.parts q.tar.zst.parts
            cat p.tar.zst.0* | tar --zstd -tf - > /dev/null
            cat p.tar.zst.0* | $BUNDLE verify -
            [ "$(stat -c %s p.tar.zst.001)" = 204800 ]
            [ "$(sha256sum < p.tar.zst.001 | cut -c 1-64)" = "$(grep -oE 'sha256:[0-9a-f]{64}' p.tar.zst.parts | sed -n 2p | cut -c 8-)" ]
            for name in p.tar.zst p.tar.zst.001 p.tar.zst.002 p.tar.zst.parts; do
                $BUNDLE verify $name | grep -q 'p.tar.zst: whole'
                $BUNDLE list $name --json | sed 's/"name":"[^"]*",//' > list.$name
                cmp list.$name list.p.tar.zst
            done
            $BUNDLE extract whole.tar.zst --as dir --to d1 --quiet
            $BUNDLE extract p.tar.zst.parts --as dir --to d2 --quiet
            diff -r d1 d2
            """, _temp.Path);
    }

    [Fact]
    public async Task A_missing_part_is_named_with_the_images_that_it_hits_and_the_others_can_be_had()
    {
        await Run.Shell("$BUNDLE create k -o p.tar.zst --split 200K --quiet; rm p.tar.zst.002", _temp.Path);
        var result = await Run.AnyShell("$BUNDLE verify p.tar.zst --json", _temp.Path);
        Assert.Equal(3, result.ExitCode);
        using var report = JsonDocument.Parse(result.StandardOutput);
        var fault = Assert.Single(report.RootElement.GetProperty("faults").EnumerateArray());
        Assert.Equal("part-missing", fault.GetProperty("id").GetString());
        Assert.Equal("p.tar.zst.002", fault.GetProperty("entry").GetString());
        Assert.Equal(204_800, fault.GetProperty("offset").GetInt64());
        var hit = fault.GetProperty("images").EnumerateArray().Select(image => image.GetString()!).ToList();
        Assert.NotEmpty(hit);

        var extract = await Run.AnyShell("$BUNDLE extract p.tar.zst --as dir --to d --no-files", _temp.Path);
        Assert.Equal(3, extract.ExitCode);
        Assert.Contains("p.tar.zst.002 is missing", extract.StandardError, StringComparison.Ordinal);
        Assert.Contains(hit[0], extract.StandardError, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_temp["d"], "*", SearchOption.AllDirectories));

        using var list = JsonDocument.Parse((await Run.Shell("$BUNDLE list p.tar.zst --json", _temp.Path)).StandardOutput);
        var others = list.RootElement.GetProperty("images").EnumerateArray().SelectMany(image => image.GetProperty("references").EnumerateArray()).Select(reference => reference.GetString()!).Except(hit).ToList();
        foreach (var other in others)
        {
            await Run.Shell($"$BUNDLE extract p.tar.zst --as dir --to d --no-files --image {other}", _temp.Path);
        }
    }

    [Theory]
    [InlineData("rm p.tar.zst.001", "part-missing", "p.tar.zst.001")]
    [InlineData("rm p.tar.zst.004", "part-missing", "p.tar.zst.004")]
    [InlineData("truncate -s -1 p.tar.zst.002", "part-damaged", "p.tar.zst.002")]
    [InlineData("echo >> p.tar.zst.002", "part-damaged", "p.tar.zst.002")]
    [InlineData("printf XX | dd of=p.tar.zst.003 bs=1 seek=1000 conv=notrunc status=none", "part-damaged", "p.tar.zst.003")]
    [InlineData("mv p.tar.zst.002 x; mv p.tar.zst.003 p.tar.zst.002; mv x p.tar.zst.003", "part-exchanged", "p.tar.zst.002")]
    [InlineData("cp p.tar.zst.002 p.tar.zst.003", "part-exchanged", "p.tar.zst.003")]
    public async Task A_bad_part_is_named_and_repair_mends_it(string damage, string id, string part)
    {
        await Run.Shell("$BUNDLE create k -o whole.tar.zst --quiet; $BUNDLE create k -o p.tar.zst --split 200K --quiet; cp p.tar.zst.004 four; " + damage, _temp.Path);
        using (var report = JsonDocument.Parse((await Run.AnyShell("$BUNDLE verify p.tar.zst.parts --json", _temp.Path)).StandardOutput))
        {
            Assert.Contains(report.RootElement.GetProperty("faults").EnumerateArray(), fault => fault.GetProperty("id").GetString() == id && fault.GetProperty("entry").GetString() == part);
        }

        await Run.Shell("$BUNDLE repair p.tar.zst.parts --from whole.tar.zst; cat p.tar.zst.0* | cmp - whole.tar.zst && $BUNDLE verify p.tar.zst && [ -z \"$(find . -name '.*bundle*')\" ]", _temp.Path);
    }

    [Fact]
    public async Task A_part_is_checked_alone_while_the_others_are_on_their_way()
    {
        await Run.Shell("$BUNDLE create k -o p.tar.zst --split 200K --quiet; rm p.tar.zst.00[134]; $BUNDLE verify p.tar.zst.002 --part", _temp.Path);
        var damaged = await Run.AnyShell("printf X | dd of=p.tar.zst.002 bs=1 seek=9 conv=notrunc status=none; $BUNDLE verify p.tar.zst.002 --part --json", _temp.Path);
        Assert.Equal(3, damaged.ExitCode);
        using var report = JsonDocument.Parse(damaged.StandardOutput);
        Assert.Equal("bundle.verify-part/1", report.RootElement.GetProperty("schema").GetString());
        Assert.False(report.RootElement.GetProperty("whole").GetBoolean());
        var none = await Run.AnyShell("$BUNDLE verify k --part", _temp.Path);
        Assert.Equal(1, none.ExitCode);
        foreach (var option in (string[])["--key k", "--receipt r.json", "--force"])
        {
            var wrong = await Run.AnyShell("$BUNDLE verify p.tar.zst.002 --part " + option, _temp.Path);
            Assert.Equal(2, wrong.ExitCode);
            Assert.Contains(option.Split(' ')[0] + " goes with a whole package", wrong.StandardError, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_missing_list_is_named()
    {
        var result = await Run.AnyShell("$BUNDLE create k -o p.tar.zst --split 200K --quiet; rm p.tar.zst.parts; $BUNDLE verify p.tar.zst", _temp.Path);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("p.tar.zst.parts", result.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Former_parts_are_kept_unless_forced_and_then_all_are_replaced()
    {
        await Run.Shell("$BUNDLE create k -o p.tar.zst --split 100K --quiet; sha256sum p.* > sums", _temp.Path);
        Assert.Equal(1, (await Run.AnyShell("$BUNDLE create k -o p.tar.zst --split 300K", _temp.Path)).ExitCode);
        await Run.Shell("""
            set -e
            sha256sum --quiet -c sums
            $BUNDLE create k -o p.tar.zst --split 300K --force --quiet
            $BUNDLE verify p.tar.zst
            [ "$(ls p.* | wc -l)" = $((($(cat p.tar.zst.[0-9]* | wc -c) + 307199) / 307200 + 1)) ]
            rm p.tar.zst.parts p.tar.zst.001
            ! $BUNDLE create k -o p.tar.zst --split 300K --quiet 2> err
            grep -q 'p.tar.zst.002 exists already' err
            """, _temp.Path);
    }

    [Fact]
    public async Task Too_many_parts_are_refused_and_nothing_is_left()
    {
        var big = new byte[66_000_000];
        Random.Shared.NextBytes(big);
        _temp.Write("big", big);
        var result = await Run.AnyShell("$BUNDLE create k --include big -o p.tar.zst --split 64K --no-sync", _temp.Path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("999 parts", result.StandardError, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Path, "*p.tar.zst*"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Path, ".bundle*"));
    }

    [Fact]
    public async Task Killed_at_any_moment_no_list_stands_beside_parts_that_are_not_its_own()
    {
        await Run.Shell("""
            set -e
            $BUNDLE create k -o whole.tar.zst --quiet
            for i in $(seq 15); do
                timeout -s KILL 0.$((RANDOM % 3))$((RANDOM % 10)) $BUNDLE create k -o p.tar.zst --split $((65536 + RANDOM * 4)) --force --quiet || true
                [ ! -e p.tar.zst.parts ] || $BUNDLE verify p.tar.zst.parts
            done
            $BUNDLE create k -o p.tar.zst --split 250K --force --quiet
            $BUNDLE verify p.tar.zst
            cat p.tar.zst.[0-9]* | cmp - whole.tar.zst
            [ -z "$(find . -name '.*bundle*')" ]
            """, _temp.Path);
    }
}
