using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>A real docker-registry on a folder.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private readonly Process _process;

    private RegistryServer(Process process, string host, string config) => (_process, Host, Config) = (process, host, config);

    /// <summary>Such as <c>127.0.0.1:5055</c>.</summary>
    public string Host { get; }

    /// <summary>The path of its configuration.</summary>
    public string Config { get; }

    /// <summary>Starts one.</summary>
    /// <param name="htpasswd">A file of users, with bcrypt; null for everybody.</param>
    /// <param name="certificate">A certificate, as .crt with .key beside it; null for plain HTTP.</param>
    public static async Task<RegistryServer> Start(string folder, string? htpasswd = null, string? certificate = null)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var host = "127.0.0.1:" + ((IPEndPoint)probe.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        probe.Stop();
        var config = folder.TrimEnd('/') + ".registry.yml";
        await File.WriteAllTextAsync(config, $$"""
            version: 0.1
            log:
              level: error
              accesslog:
                disabled: true
            storage:
              filesystem:
                rootdirectory: {{folder}}
              delete:
                enabled: true
            http:
              addr: {{host}}
            {{(certificate is null ? "" : $"  tls:\n    certificate: {certificate}\n    key: {Path.ChangeExtension(certificate, ".key")}")}}
            {{(htpasswd is null ? "" : $"auth:\n  htpasswd:\n    realm: test\n    path: {htpasswd}")}}
            """);
        var process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", config]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPEndPoint.Parse(host), TestContext.Current.CancellationToken);
                return new RegistryServer(process, host, config);
            }
            catch (SocketException) when (attempt < 200)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
