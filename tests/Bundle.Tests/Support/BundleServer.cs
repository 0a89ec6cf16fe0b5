using System.Diagnostics;
using System.Text;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>A running <c>bundle serve</c>.</summary>
internal sealed class BundleServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private BundleServer(Process process) => _process = process;

    /// <summary>Where it is, as it said itself.</summary>
    public Uri Url { get; private set; } = new("http://localhost");

    /// <summary>Its host and port.</summary>
    public string Host => Url.Authority;

    /// <summary>What it said on standard output.</summary>
    public string Line { get; private set; } = "";

    /// <summary>What it said on standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Starts it on a free port of loopback.</summary>
    public static async Task<BundleServer> Start(string package, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(Run.Bundle, ["serve", package, "--listen", "127.0.0.1:0", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var server = new BundleServer(process);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (server._errors)
            {
                server._errors.AppendLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
        server.Line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        Assert.True(server.Line.Length > 0, "bundle serve ended: " + server.Errors);
        if (server.Line[0] != '{')
        {
            server.Url = new Uri(server.Line);
        }

        return server;
    }

    /// <summary>Ends it with a signal; gives the exit code.</summary>
    public async Task<int> Stop(string signal = "TERM")
    {
        Process.Start("kill", ["-" + signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]).WaitForExit();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
