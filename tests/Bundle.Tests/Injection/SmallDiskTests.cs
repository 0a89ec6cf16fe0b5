using System.Diagnostics;
using System.Globalization;
using Bundle.Create;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Injection;

/// <summary>A real file system that is too small, or fills up under way; with more room, the same command ends well.</summary>
public sealed class SmallDiskTests : IDisposable
{
    private readonly TempFolder _temp = new(inMemory: true);
    private readonly bool _mounted;

    public SmallDiskTests()
    {
        Samples.SampleSet.WriteKube(_temp["k"]);
        Samples.SampleSet.WriteScripts(_temp.Path);
        Directory.CreateDirectory(_temp["disk"]);
        _mounted = Tool("mount", "-t", "tmpfs", "-o", "size=64m", "none", _temp["disk"]) == 0;
        Assert.SkipUnless(_mounted, "mount is not permitted here: a file system of a given size needs root");
        Creator.Run(new CreateOptions { Sources = [_temp["k"]], Includes = [_temp["deploy"]], Output = _temp["p.tar.zst"], Sync = false }, NoProgress.Instance, CancellationToken.None);
    }

    public static TheoryData<string> Lines =>
    [
        "create {0}/k --include {0}/deploy -o {0}/disk/p.tar.zst",
        "extract {0}/p.tar.zst --as dir --to {0}/disk/out",
        "extract {0}/p.tar.zst --as registry --to {0}/disk/out",
        "extract - --as oci --to {0}/disk/out",
    ];

    public void Dispose()
    {
        if (_mounted)
        {
            Tool("umount", "-l", _temp["disk"]);
        }

        _temp.Dispose();
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_full_disk_is_told_and_more_room_is_all_it_takes(string line)
    {
        var command = "$BUNDLE " + string.Format(CultureInfo.InvariantCulture, line, _temp.Path) + " --quiet < " + _temp["p.tar.zst"];
        await Run.Shell(command);
        var whole = Tree.Of(_temp["disk"]);
        var (blocks, files) = Used();
        var refused = 0;
        foreach (var left in Figures.Some(Math.Min(blocks, 2000), 6))
        {
            refused += await Fill(command, whole, $"size={left * 4}k", $"with {left} blocks") ? 1 : 0;
        }

        // Space is looked at before; names run out under way.
        foreach (var left in Figures.Some(files, 8))
        {
            refused += await Fill(command, whole, $"size=64m,nr_inodes={left + 1}", $"with {left} files") ? 1 : 0;
        }

        Assert.True(refused > 0);
    }

    private async Task<bool> Fill(string command, Tree whole, string options, string what)
    {
        Tool("umount", "-l", _temp["disk"]);
        Assert.Equal(0, Tool("mount", "-t", "tmpfs", "-o", options, "none", _temp["disk"]));
        var run = await Run.AnyShell(command);
        what += $": {command}: exit {run.ExitCode}: {run.StandardError}";
        var left = Tree.Of(_temp["disk"]);
        left.IsPartOf(whole, what);
        Assert.True(!left.Temporary.Any(), what + ": left " + string.Join(", ", left.Temporary));
        if (run.ExitCode != 0)
        {
            Assert.True(run.ExitCode == 1 && run.StandardError.StartsWith("bundle: error: ", StringComparison.Ordinal), what);
            Assert.True(run.StandardError.Contains("space", StringComparison.Ordinal) || run.StandardError.Contains("bytes", StringComparison.Ordinal), what);
            Assert.Equal(0, Tool("mount", "-o", "remount,size=64m,nr_inodes=10000", _temp["disk"]));
            await Run.Shell(command);
        }

        Tree.Of(_temp["disk"]).Is(whole, what);
        Figures.Count("full disks: " + command.Split('/')[0] + string.Join(' ', command.Split("--as")[1..].Select(one => "--as" + one.Split("--to")[0])));
        return run.ExitCode != 0;
    }

    private (int Blocks, int Files) Used()
    {
        var disk = new DriveInfo(_temp["disk"]);
        return ((int)((disk.TotalSize - disk.TotalFreeSpace) / 4096), Directory.EnumerateFileSystemEntries(_temp["disk"], "*", SearchOption.AllDirectories).Count());
    }

    private static int Tool(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
