using Microsoft.AspNetCore.Http;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>Stands before a real registry, and answers some requests itself: so a real registry gets the oddities of others.</summary>
internal static class RegistryProxy
{
    /// <summary>Starts one. Locations become relative, as some registries give them.</summary>
    /// <param name="answers">Whether a request was answered, and is not passed on.</param>
    public static Task<OddServer> Start(RegistryServer server, Func<HttpContext, Task<bool>> answers, Func<HttpContext, Task>? ping = null)
    {
        var forward = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        return OddServer.Start(
            async context =>
            {
                if (await answers(context))
                {
                    return;
                }

                var request = context.Request;
                using var message = new HttpRequestMessage(new HttpMethod(request.Method), $"http://{server.Host}{request.Path}{request.QueryString}");
                if (request.Method is "PUT" or "POST" or "PATCH")
                {
                    message.Content = new StreamContent(request.Body);
                    message.Content.Headers.ContentLength = request.ContentLength ?? 0;
                    message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
                }

                foreach (var accept in request.Headers.Accept)
                {
                    message.Headers.TryAddWithoutValidation("Accept", accept);
                }

                using var response = await forward.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                context.Response.StatusCode = (int)response.StatusCode;
                context.Response.Headers.Location = response.Headers.Location?.PathAndQuery;
                context.Response.ContentLength = response.Content.Headers.ContentLength;
                context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
                if (response.Headers.TryGetValues("Docker-Content-Digest", out var digest))
                {
                    context.Response.Headers["Docker-Content-Digest"] = digest.First();
                }

                if (request.Method != "HEAD")
                {
                    await response.Content.CopyToAsync(context.Response.Body, TestContext.Current.CancellationToken);
                }
            },
            ping);
    }
}
