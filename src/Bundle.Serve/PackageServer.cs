using System.Net.Sockets;
using Bundle.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bundle.Serve;

/// <summary>
/// A read-only registry, straight from a package. Kestrel under the generic host, without routing, configuration, environment
/// or logging: there is one handler, and every setting is in the options.
/// </summary>
public sealed class PackageServer : IAsyncDisposable
{
    private static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(15), IdleTime = TimeSpan.FromSeconds(120), Grace = TimeSpan.FromSeconds(5);

    // A satellite link that is shared is slow; who takes less than that takes nothing, and is let go.
    private static readonly MinDataRate Slowest = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));

    private readonly IHost _host;
    private readonly Site _site;

    private PackageServer(IHost host, Site site) => (_host, _site) = (host, site);

    /// <summary>Where the server is, such as <c>http://127.0.0.1:5000</c>.</summary>
    public string Url => _host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Starts to serve.</summary>
    /// <exception cref="BundleException">The address cannot be listened on.</exception>
    public static async Task<PackageServer> Start(ServeOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var site = new Site(options);
        var host = new HostBuilder()
            .ConfigureServices(services => services.AddSingleton<IHostLifetime, NoLifetime>())
            .ConfigureWebHost(
                web => web.UseKestrelCore().UseKestrelHttpsConfiguration()
                    .ConfigureKestrel(kestrel => Configure(kestrel, options))
                    .Configure(app => app.Run(site.Answer)),
                web => web.SuppressEnvironmentConfiguration = true)
            .Build();
        var server = new PackageServer(host, site);
        try
        {
            await host.StartAsync(cancellation);
            return server;
        }
        catch (Exception e)
        {
            await server.DisposeAsync();
            throw e is IOException or SocketException
                ? new Fault(FaultId.Io, $"cannot listen on {options.Listen}: {Reason(e)}") { Hint = "choose another address with --listen; port 0 takes a free one" }.ToException(e)
                : e;
        }
    }

    /// <summary>Takes no more requests, and lets those under way end within a few seconds.</summary>
    public async Task Stop()
    {
        using var grace = new CancellationTokenSource(Grace);
        await _host.StopAsync(grace.Token);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _host.Dispose();
        _site.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Configure(KestrelServerOptions kestrel, ServeOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = ServeLimits.Connections;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.RequestHeadersTimeout = HeaderTime;
        kestrel.Limits.KeepAliveTimeout = IdleTime;
        kestrel.Limits.MinResponseDataRate = Slowest;
        kestrel.Listen(options.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (options.Tls is { } tls)
            {
                listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = tls.Certificate, ServerCertificateChain = tls.Chain, HandshakeTimeout = HeaderTime });
            }
        });
    }

    private static string Reason(Exception exception) => exception is SocketException ? exception.Message
        : exception.InnerException is { } inner ? Reason(inner) : exception.Message;

    // The host's own lifetime takes the process's signals and writes to the console; both are the program's.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
