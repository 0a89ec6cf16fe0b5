using System.Text.RegularExpressions;
using Bundle.Faults;
using Bundle.Serve.Access;
using Bundle.Serve.Http;
using Bundle.Serve.Page;
using Bundle.Serve.Registry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Bundle.Serve;

/// <summary>Answers every request: who may ask, what is asked for, and what happens where the package turns out to be damaged.</summary>
internal sealed partial class Site : IDisposable
{
    private readonly ServeOptions _options;
    private readonly BasicAuthentication? _authentication;
    private readonly ContentSender _sender;
    private readonly RegistryApi _registry;
    private readonly FilesApi _files;
    private readonly OverviewPage _page;

    public Site(ServeOptions options)
    {
        _options = options;
        _authentication = options.Passwords is { } passwords ? new BasicAuthentication(passwords) : null;
        _sender = new ContentSender(options.Package);
        _registry = new RegistryApi(options.Package, _sender);
        _files = new FilesApi(options.Package, _sender);
        _page = new OverviewPage(options.Package);
    }

    /// <summary>Answers a request.</summary>
    public async Task Answer(HttpContext context)
    {
        try
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            if (_authentication is null || await _authentication.Admit(context))
            {
                await Route(context);
            }
        }
        catch (BundleException e)
        {
            _options.Report(e.Fault);
            await BreakOff(context, e.Fault.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionResetException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
        catch (IOException e)
        {
            _options.Report(new Fault(FaultId.Io, "cannot read the package: " + e.Message));
            await BreakOff(context, "the package cannot be read");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _authentication?.Dispose();
        _sender.Dispose();
    }

    private Task Route(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return Answers.SendError(context, RegistryError.Unsupported, "this registry is read-only: it serves a package");
        }

        return ApiRoute.IsApi(path) ? _registry.Answer(context)
            : path.StartsWith(FilesApi.Root, StringComparison.Ordinal) ? _files.Answer(context)
            : path == "/" ? AnswerPage(context)
            : Answers.SendError(context, RegistryError.NotFound, "nothing is at this path");
    }

    private Task AnswerPage(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = OverviewPage.ContentSecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";

        // Pull commands have to name the server as the reader reaches it, and the header can hold anything.
        var host = context.Request.Host.Value is { } given && HostGrammar().IsMatch(given) ? given : _options.Listen.ToString();
        return Answers.Send(context, StatusCodes.Status200OK, "text/html; charset=utf-8", _page.Write(host, _options.Tls is not null));
    }

    // What began as a right answer must not end like one.
    private static async Task BreakOff(HttpContext context, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        await Answers.SendError(context, RegistryError.Damaged, message);
    }

    [GeneratedRegex(@"\A(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostGrammar();
}
