using System.Diagnostics;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>A containerd of a test's own, with its own root, state and socket.</summary>
internal sealed class Containerd : IAsyncDisposable
{
    private readonly Process _process;

    private Containerd(Process process, string address) => (_process, Address) = (process, address);

    /// <summary>The socket, for <c>ctr --address</c>.</summary>
    public string Address { get; }

    public static async Task<Containerd> Start(string folder)
    {
        Directory.CreateDirectory(folder);
        var address = Path.Combine(folder, "c.sock");
        var config = Path.Combine(folder, "config.toml");

        // Only what stores and fetches images: no runtime, and none of the host's services.
        await File.WriteAllTextAsync(config, $"""
            version = 2
            root = "{folder}/root"
            state = "{folder}/state"
            disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
            [grpc]
              address = "{address}"
            """);
        var process = Process.Start(new ProcessStartInfo("containerd", ["--config", config, "--log-level", "error"]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var daemon = new Containerd(process, address);
        for (var attempt = 0; (await Run.AnyShell($"ctr --address {address} version")).ExitCode != 0; attempt++)
        {
            Assert.True(attempt < 100 && !process.HasExited, "containerd does not start");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        return daemon;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
