using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bundle.Tests.Support;

/// <summary>An HTTP server that does what a real registry cannot be made to do.</summary>
internal sealed class OddServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _requests = new();

    private OddServer(WebApplication app) => _app = app;

    /// <summary>Such as <c>127.0.0.1:5055</c>.</summary>
    public string Host { get; private set; } = "";

    /// <summary>What was asked: method, path with query, and the Authorization header where there was one.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Starts one; <c>GET /v2/</c> is answered by itself, unless <paramref name="ping"/> does.</summary>
    public static async Task<OddServer> Start(Func<HttpContext, Task> answer, Func<HttpContext, Task>? ping = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var server = new OddServer(app);
        app.Run(async context =>
        {
            var request = context.Request;
            server._requests.Enqueue($"{request.Method} {request.Path}{request.QueryString} {request.Headers.Authorization}".TrimEnd());
            if (request.Path == "/v2/")
            {
                await (ping?.Invoke(context) ?? Task.CompletedTask);
                return;
            }

            await answer(context);
        });
        await app.StartAsync();
        server.Host = new Uri(app.Urls.Single()).Authority;
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
