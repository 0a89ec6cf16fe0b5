using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Repair;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Transfer;

/// <summary>Repair: whatever happened to a package, a copy makes it whole, and little of the copy is fetched; another package never is a copy.</summary>
public sealed class RepairTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly byte[] _good;
    private readonly string _path;

    public RepairTests()
    {
        Samples.SampleSet.WriteKube(_temp["k"]);
        var noise = new byte[6_000_000];
        new Random(1).NextBytes(noise);
        _temp.Write("noise", noise);
        Create.Creator.Run(new Create.CreateOptions { Sources = [_temp["k"]], Includes = [_temp["noise"]], Output = _temp["good.tar.zst"], Sync = false }, NoProgress.Instance, CancellationToken.None);
        _good = File.ReadAllBytes(_temp["good.tar.zst"]);
        _path = _temp["p.tar.zst"];
    }

    public void Dispose() => _temp.Dispose();

    public static TheoryData<string> Damages => ["none", "flip", "head", "tables", "footer", "head-and-tables", "zeros", "cut", "cut-in-tables", "cut-tables", "trailing", "twice", "inserted", "removed", "scattered"];

    [Theory]
    [MemberData(nameof(Damages))]
    public void Whatever_is_damaged_becomes_whole(string damage)
    {
        var bad = Damage(damage);
        File.WriteAllBytes(_path, bad);
        var plan = Repair(options => options with { DryRun = true });
        Assert.Null(plan.Verification);
        Assert.Equal(bad, File.ReadAllBytes(_path));

        var copy = Repair(options => options with { Output = _temp["copy"] });
        Assert.True(copy.Verification!.IsWhole);
        Assert.Equal(_good, File.ReadAllBytes(_temp["copy"]));
        Assert.Equal(bad, File.ReadAllBytes(_path));

        var result = Repair(options => options);
        Assert.True(result.Verification!.IsWhole);
        Assert.Equal(_good, File.ReadAllBytes(_path));
        Assert.Equal(plan.Damaged, result.Damaged);
        Assert.Empty(Repair(options => options).Damaged);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Path, ".*bundle*"));
    }

    [Fact]
    public void Damage_at_random_places_costs_its_ranges_and_the_tables_alone()
    {
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            var bad = (byte[])_good.Clone();
            var ranges = new SortedSet<int>();
            for (var i = 0; i < 5; i++)
            {
                var at = random.Next(0x20000, bad.Length - 10_000);
                bad[at] ^= (byte)random.Next(1, 256);
                ranges.Add(at / Limits.Range);
            }

            File.WriteAllBytes(_path, bad);
            var result = Repair(options => options);
            Assert.True(result.Verification!.IsWhole);
            Assert.Equal(_good, File.ReadAllBytes(_path));
            Assert.Equal(ranges, result.Damaged.SelectMany(place => Enumerable.Range((int)(place.Offset / Limits.Range), (int)((place.Length + Limits.Range - 1) / Limits.Range))));
            Assert.InRange(result.FetchedBytes, 5, (ranges.Count * Limits.Range) + 300_000);
        }
    }

    [Fact]
    public void Another_package_is_refused_and_nothing_is_changed()
    {
        File.WriteAllBytes(_path, Damage("scattered"));
        var before = File.ReadAllBytes(_path);

        // Other content; the same content packed otherwise; and other content where the head cannot tell.
        Make("other", level: 3, _temp["k"]);
        Make("level", level: 9, _temp["k"], _temp["noise"]);
        foreach (var other in (string[])["other", "level"])
        {
            Assert.Equal(FaultId.OtherPackage, Refused(options => options with { From = PackageInput.File(_temp[other]) }));
            Assert.Equal(before, File.ReadAllBytes(_path));
        }

        File.WriteAllBytes(_path, Damage("head-and-tables"));
        before = File.ReadAllBytes(_path);
        Assert.Equal(FaultId.OtherPackage, Refused(options => options with { From = PackageInput.File(_temp["other"]) }));
        Assert.Equal(before, File.ReadAllBytes(_path));
        File.WriteAllBytes(_path, [1, 2, 3]);
        Assert.Equal(FaultId.OtherPackage, Refused(options => options));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_path));
    }

    [Fact]
    public async Task A_copy_that_is_signed_otherwise_is_refused_and_nothing_is_changed()
    {
        await Run.Shell("for k in a b; do openssl ecparam -name prime256v1 -genkey -noout -out $k.key; cp good.tar.zst $k.tar.zst; $BUNDLE sign $k.tar.zst --key $k.key --quiet > /dev/null; done", _temp.Path);
        foreach (var (package, copy) in new[] { ("good", "a"), ("a", "good"), ("a", "b") })
        {
            foreach (var damage in (string[])["", "flip"])
            {
                var bytes = await File.ReadAllBytesAsync(_temp[package + ".tar.zst"], TestContext.Current.CancellationToken);
                bytes[3_000_000] ^= damage.Length == 0 ? (byte)0 : (byte)1;
                await File.WriteAllBytesAsync(_path, bytes, TestContext.Current.CancellationToken);
                Assert.Equal(FaultId.OtherPackage, Refused(options => options with { From = PackageInput.File(_temp[copy + ".tar.zst"]) }));
                Assert.Equal(bytes, await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken));
            }
        }

        // Nor where the tables cannot tell; that there are no signatures is known from the frame that stands there, or from what most bytes are.
        foreach (var (package, copy, hidden) in new[] { ("good", "a", false), ("good", "a", true), ("a", "good", false), ("a", "good", true), ("a", "b", false) })
        {
            var bytes = await File.ReadAllBytesAsync(_temp[package + ".tar.zst"], TestContext.Current.CancellationToken);
            bytes[^1] ^= 1;
            var frame = new FrameStream(new MemoryStream(bytes));
            _ = frame.Read(out _);
            bytes[frame.Position + 40] ^= hidden ? (byte)1 : (byte)0;
            await File.WriteAllBytesAsync(_path, bytes, TestContext.Current.CancellationToken);
            Assert.Equal(FaultId.OtherPackage, Refused(options => options with { From = PackageInput.File(_temp[copy + ".tar.zst"]) }));
            Assert.Equal(bytes, await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken));
        }

        // Of the same signatures, it mends them too.
        var good = await File.ReadAllBytesAsync(_temp["a.tar.zst"], TestContext.Current.CancellationToken);
        var head = new FrameStream(new MemoryStream(good));
        _ = head.Read(out _);
        foreach (var places in (int[][])[[3_000_000], [400], [good.Length - 1], [(int)head.Position + 40, good.Length - 1]])
        {
            var bad = (byte[])good.Clone();
            foreach (var at in places)
            {
                bad[at] ^= 1;
            }

            await File.WriteAllBytesAsync(_path, bad, TestContext.Current.CancellationToken);
            Assert.True(Repair(options => options with { From = PackageInput.File(_temp["a.tar.zst"]) }).Verification!.IsWhole);
            Assert.Equal(good, await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void A_copy_that_is_damaged_too_is_told_and_mends_what_it_can()
    {
        File.WriteAllBytes(_path, Damage("scattered"));
        var copy = (byte[])_good.Clone();
        copy[4_000_001] ^= 1;
        _temp.Write("copy.tar.zst", copy);
        Assert.Equal(FaultId.RangeDamaged, Refused(options => options with { From = PackageInput.File(_temp["copy.tar.zst"]) }));
        Assert.Equal(Damage("scattered"), File.ReadAllBytes(_path));

        // What was fetched before it was told needs no second time.
        var anew = Repair(options => options with { Output = _temp["anew"] });
        var whole = Repair(options => options);
        Assert.True(whole.Verification!.IsWhole);
        Assert.Equal(anew.FetchedBytes - (4 * Limits.Range), whole.FetchedBytes);
        Assert.Equal(_good, File.ReadAllBytes(_path));
        copy[^20] ^= 1;
        _temp.Write("copy.tar.zst", copy);
        File.WriteAllBytes(_path, Damage("flip"));
        var before = File.ReadAllBytes(_path);
        _ = Refused(options => options with { From = PackageInput.File(_temp["copy.tar.zst"]) });
        Assert.Equal(before, File.ReadAllBytes(_path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_500_000)]
    public async Task A_copy_that_lies_leaves_every_byte_as_it_was(int split)
    {
        if (split > 0)
        {
            await Run.Shell($"$BUNDLE create bundle:good.tar.zst --split {split} --no-sync --quiet --output p.tar.zst > /dev/null", _temp.Path);
        }

        var damaged = split > 0 ? _temp["p.tar.zst.002"] : _path;
        var good = split > 0 ? await File.ReadAllBytesAsync(damaged, TestContext.Current.CancellationToken) : _good;
        var bad = (byte[])good.Clone();
        bad[700_000] ^= 1;
        await File.WriteAllBytesAsync(damaged, bad, TestContext.Current.CancellationToken);

        // Content of its own where the package is damaged, and where it is not; with range checksums that say so.
        var data = _good.Length - Tail;
        var copy = (byte[])_good.Clone();
        foreach (var at in (int[])[split + 700_000, split + 200_000])
        {
            var range = at / Limits.Range;
            copy.AsSpan(at, 100).Fill(0x41);
            BinaryPrimitives.WriteUInt64LittleEndian(copy.AsSpan(data + RangeTable.Header + (8 * range)), XxHash64.HashToUInt64(copy.AsSpan(range * Limits.Range, Limits.Range)));
        }

        _temp.Write("lies", copy);
        var result = await Run.Cli("repair", split > 0 ? _path + ".parts" : _path, "--from", _temp["lies"]);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("nothing was changed", result.StandardError, StringComparison.Ordinal);
        Assert.Equal(bad, await File.ReadAllBytesAsync(damaged, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Path, ".*bundle*"));
        await Run.Good("repair", split > 0 ? _path + ".parts" : _path, "--from", _temp["good.tar.zst"]);
        Assert.Equal(good, await File.ReadAllBytesAsync(damaged, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_waits_beside_is_believed_no_more_than_the_copy_and_never_written_through_a_link()
    {
        File.WriteAllBytes(_path, Damage("flip"));
        _temp.Write(".p.tar.zst.bundle-repair", new byte[4_000_000]);
        Assert.True(Repair(options => options).Verification!.IsWhole);
        Assert.Equal(_good, File.ReadAllBytes(_path));
        File.WriteAllBytes(_path, Damage("flip"));
        _temp.Write("other", [1]);
        File.CreateSymbolicLink(_temp[".p.tar.zst.bundle-repair"], _temp["other"]);
        Assert.Equal(FaultId.DestinationUnsafe, Refused(options => options));
        Assert.Equal([1], File.ReadAllBytes(_temp["other"]));
    }

    [Fact]
    public void Two_copies_that_are_damaged_in_different_places_mend_each_other()
    {
        var (one, two) = ((byte[])_good.Clone(), (byte[])_good.Clone());
        one[1_000_000] ^= 1;
        two[5_000_000] ^= 1;
        _temp.Write("one", one);
        _temp.Write("two", two);
        foreach (var (bad, from) in new[] { ("one", "two"), ("two", "one") })
        {
            Assert.True(Repairer.Run(new RepairOptions { Path = _temp[bad], From = PackageInput.File(_temp[from]), Sync = false }, NoProgress.Instance, CancellationToken.None).Verification!.IsWhole);
        }

        Assert.Equal(_good, File.ReadAllBytes(_temp["two"]));
    }

    [Fact]
    public async Task From_a_server_little_more_than_the_damage_is_fetched()
    {
        using var server = new OddFileServer { BreakAfter = 50_000 };
        server.Files["/p"] = _good;
        await File.WriteAllBytesAsync(_path, Damage("flip"), TestContext.Current.CancellationToken);
        var json = await Run.Good("repair", _path, "--from", server.Url + "/p", "--json");
        using var report = JsonDocument.Parse(json.StandardOutput);
        Assert.Equal("bundle.repair/1", report.RootElement.GetProperty("schema").GetString());
        Assert.True(report.RootElement.GetProperty("whole").GetBoolean());
        Assert.Equal(_good, await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken));
        Assert.InRange(server.Sent, 65_536, 4 * 65_536);
        Assert.Equal(server.Sent, report.RootElement.GetProperty("fetchedBytes").GetInt64());
        server.Ranges = false;
        var refused = await Run.Cli("repair", _path, "--from", server.Url + "/p");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("ranges", refused.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_is_no_worse_and_a_second_run_ends_well()
    {
        await Run.Shell("""
            set -e
            for i in $(seq 15); do
                cp good.tar.zst p.tar.zst
                for at in 300000 1500000 3000000 5000000; do head -c 100000 /dev/zero | dd of=p.tar.zst bs=1000 seek=$((at / 1000)) conv=notrunc status=none; done
                timeout -s KILL 0.0$((RANDOM % 10))$((RANDOM % 10)) $BUNDLE repair p.tar.zst --from good.tar.zst --quiet > /dev/null || true
                $BUNDLE repair p.tar.zst --from good.tar.zst --quiet > /dev/null
                cmp p.tar.zst good.tar.zst
            done
            """, _temp.Path);
    }

    private byte[] Damage(string kind)
    {
        var data = _good.Length - Tail;
        var bad = (byte[])_good.Clone();
        switch (kind)
        {
            case "none": break;
            case "flip": bad[3_000_000] ^= 1; break;
            case "head": bad.AsSpan(0, 300).Clear(); break;
            case "tables": bad.AsSpan(data + 30, 200).Clear(); break;
            case "footer": bad[^1] ^= 1; break;
            case "head-and-tables": bad.AsSpan(0, 300).Clear(); bad.AsSpan(data).Clear(); break;
            case "zeros": bad.AsSpan(1_000_000, 2_000_000).Clear(); break;
            case "cut": return bad[..2_000_000];
            case "cut-in-tables": return bad[..^10];
            case "cut-tables": return bad[..data];
            case "trailing": return [.. bad, 0];
            case "twice": return [.. bad, .. bad];
            case "inserted": return [.. bad[..4_000_000], 1, 2, 3, .. bad[4_000_000..]];
            case "removed": return [.. bad[..4_000_000], .. bad[4_000_007..]];
            default:
                for (var at = 200_000; at < data; at += 950_000)
                {
                    bad[at] ^= 0x40;
                }

                bad[4_000_001] ^= 2;
                break;
        }

        return bad;
    }

    // The seek table's count leads to its length, and its last entry is that of the range checksums.
    private int Tail
    {
        get
        {
            var seek = SeekTable.Overhead + (SeekTable.EntryLength * SeekTable.ReadFooter(_good.AsSpan(_good.Length - SeekTable.Footer)));
            return seek + (int)SeekTable.Read(_good.AsSpan(_good.Length - seek))![^1].Compressed;
        }
    }

    private void Make(string name, int level, string source, params string[] includes) =>
        Create.Creator.Run(new Create.CreateOptions { Sources = [source], Includes = includes, Level = level, Output = _temp[name], Sync = false }, NoProgress.Instance, CancellationToken.None);

    private RepairResult Repair(Func<RepairOptions, RepairOptions> with) => Repairer.Run(
        with(new RepairOptions { Path = _path, From = PackageInput.File(_temp["good.tar.zst"]), Sync = false, Force = true, Threads = 2 }), NoProgress.Instance, CancellationToken.None);

    private FaultId Refused(Func<RepairOptions, RepairOptions> with) => Assert.Throws<BundleException>(() => Repair(with)).Fault.Id;
}
