using System.Net;
using System.Security.Cryptography.X509Certificates;
using Bundle.Faults;

namespace Bundle.Net;

/// <summary>Makes clients: no cookies, no decompression, no redirects behind our back, proxies as the environment names them.</summary>
internal static class HttpClients
{
    private const int Connections = 8;

    /// <summary>A client; whoever asks for it disposes of it.</summary>
    /// <exception cref="BundleException">The file of certificates cannot be used.</exception>
    public static HttpClient Create(HttpOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = options.Patience,
            MaxConnectionsPerServer = Connections,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
        var roots = new X509Certificate2Collection();
        foreach (var path in options.CaFiles)
        {
            TlsRoots.Load(path, roots);
        }

        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => !options.VerifyTls || TlsRoots.Trust(roots, certificate, chain, errors);
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("bundle/" + typeof(HttpClients).Assembly.GetName().Version!.ToString(3));
        return client;
    }
}
