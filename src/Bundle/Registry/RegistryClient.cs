using System.Net;
using System.Net.Http.Headers;
using Bundle.Faults;
using Bundle.Net;

namespace Bundle.Registry;

/// <summary>
/// A client of one registry (OCI distribution-spec). It finds out how the registry is reached and how it wants to be asked,
/// sends requests, follows redirects, proves who asks, and tries again what may pass. <see cref="Repository"/> gives the rest.
/// </summary>
internal sealed class RegistryClient : IDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    private readonly RegistryOptions _options;
    private readonly RetryPolicy _retries;
    private readonly HttpMessageInvoker _http;
    private readonly RegistryAuth _auth;
    private readonly SemaphoreSlim _gate = new(1);
    private Uri? _root;

    /// <param name="host">The name as it stands in references: <c>registry.example:5000</c>, <c>docker.io</c>.</param>
    /// <exception cref="BundleException">A file of credentials or certificates cannot be read.</exception>
    public RegistryClient(string host, RegistryOptions options)
    {
        (Host, _options) = (host, options);
        _retries = new RetryPolicy(options.Retries + 1, FirstDelay, options.LongestDelay, options.Clock);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            SslOptions = TlsTrust.For(host, options),
        });
        _auth = new RegistryAuth(host, options, _retries, _http);
    }

    /// <summary>The registry's name.</summary>
    public string Host { get; }

    /// <summary>How registries are talked to.</summary>
    public RegistryOptions Options => _options;

    /// <summary>When and how often something is tried again.</summary>
    public RetryPolicy Retries => _retries;

    /// <summary>A repository of the registry.</summary>
    /// <param name="forPush">Whether it will be written to.</param>
    public RegistryRepository Repository(string name, bool forPush = false) => new(this, name, forPush);

    /// <summary>Sends a request until its answer could be read, and reads it.</summary>
    /// <param name="read">Reads an answer of success or one that is expected, and disposes of it.</param>
    /// <exception cref="BundleException">The registry cannot be reached, denies, or answers otherwise.</exception>
    public async Task<T> Send<T>(RegistryRequest request, Func<HttpResponseMessage, Patience, Task<T>> read, CancellationToken cancellation)
    {
        await Connect(cancellation);
        return request.Once ? await Attempt(request, read, known: true, cancellation)
            : await _retries.Run(() => Attempt(request, read, known: true, cancellation), cancellation);
    }

    /// <summary>The fault of an answer that was not hoped for; reads its body.</summary>
    public Task<Fault> Refusal(RegistryRequest request, HttpResponseMessage response, Patience patience) =>
        RegistryFaults.OfAnswer(Host, request.What, response, _auth.Files, _auth.HasCredentials, patience.Token);

    /// <summary>The address of a <c>Location</c> header, kept to the letter: its query may be signed.</summary>
    /// <exception cref="BundleException">There is none, or it leads out of TLS.</exception>
    public Uri Location(HttpResponseMessage response, Uri requested) =>
        Location(response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : "", requested);

    /// <summary>An address that the registry gives, in a Location or a Link.</summary>
    /// <param name="requested">The address that it answers, which a relative one begins from.</param>
    /// <exception cref="BundleException">It is none, or leads out of TLS.</exception>
    public Uri Location(string given, Uri requested)
    {
        var text = given.Split('#')[0];
        var full = text.StartsWith("//", StringComparison.Ordinal) ? requested.Scheme + ":" + text
            : text.StartsWith('/') ? requested.GetLeftPart(UriPartial.Authority) + text
            : text.StartsWith("https://", StringComparison.Ordinal) || text.StartsWith("http://", StringComparison.Ordinal) ? text
            : requested.GetLeftPart(UriPartial.Path)[..(requested.GetLeftPart(UriPartial.Path).LastIndexOf('/') + 1)] + text;
        if (requested.Scheme == Uri.UriSchemeHttps && full.StartsWith($"http://{requested.Host}/", StringComparison.Ordinal))
        {
            // A registry behind a proxy that does TLS for it may not know that it is reached by it.
            full = requested.GetLeftPart(UriPartial.Authority) + full[$"http://{requested.Host}".Length..];
        }

        if (text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('!', '~')
            || !Uri.TryCreate(full, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var target)
            || target.UserInfo.Length > 0 || (target.Scheme != Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttp))
        {
            throw RegistryFaults.Protocol(Host, $"gives the address '{RegistryFaults.Plain(text)}', which is none").ToException();
        }

        return target.Scheme == requested.Scheme || target.Scheme == Uri.UriSchemeHttps || !_options.TlsVerify ? target
            : throw RegistryFaults.Protocol(Host, $"leads from https to http, to {target.Host}").ToException();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _auth.Dispose();
        _gate.Dispose();
    }

    // The ping of the API (distribution-spec, end-1): which scheme, and how to prove who asks.
    private async Task Connect(CancellationToken cancellation)
    {
        if (_root is not null)
        {
            return;
        }

        await _gate.WaitAsync(cancellation);
        try
        {
            _root ??= await _retries.Run(Ping, cancellation);
        }
        finally
        {
            _gate.Release();
        }

        async Task<Uri> Ping()
        {
            try
            {
                return await PingOver(Uri.UriSchemeHttps, cancellation);
            }
            catch (BundleException e) when (!_options.TlsVerify && e.Fault.Id == FaultId.RegistryUnreachable)
            {
                return await PingOver(Uri.UriSchemeHttp, cancellation);
            }
        }
    }

    private async Task<Uri> PingOver(string scheme, CancellationToken cancellation)
    {
        var root = RegistryNames.Address(scheme, Host);
        var request = new RegistryRequest(HttpMethod.Get, new Uri(root, "v2/"), new RegistryScope("", []), "its API");
        return await Attempt(
            request,
            (response, _) =>
            {
                using (response)
                {
                    _auth.Learn(response, scheme == Uri.UriSchemeHttp);
                    return Task.FromResult(root);
                }
            },
            known: false,
            cancellation);
    }

    private async Task<T> Attempt<T>(RegistryRequest request, Func<HttpResponseMessage, Patience, Task<T>> read, bool known, CancellationToken cancellation)
    {
        using var patience = new Patience(_options.StallTimeout, cancellation);
        HttpResponseMessage? response = null;
        try
        {
            response = await Follow(request, known, patience, cancellation);
            if (response.IsSuccessStatusCode || request.Expected.Contains(response.StatusCode) || (!known && !TransientStatus.Is(response.StatusCode)))
            {
                patience.Arm();
                var result = await read(response, patience);
                response = null;
                return result;
            }

            var fault = await Refusal(request, response, patience);
            throw TransientStatus.Is(response.StatusCode) ? new TransientException(fault, _retries.Advice(response.Headers.RetryAfter)) : fault.ToException();
        }
        catch (InvalidDataException e)
        {
            throw RegistryFaults.Protocol(Host, $"answers a request for {request.What} with {e.Message}").ToException(e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && patience.IsOver))
        {
            var fault = RegistryFaults.Unreachable(Host, request.What, e, patience.IsOver);
            // A registry that answered before may be back soon; a name that never did is told at once.
            var passes = known ? e is not HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } : patience.IsOver;
            throw passes ? new TransientException(fault, cause: e) : fault.ToException(e);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async Task<HttpResponseMessage> Follow(RegistryRequest request, bool known, Patience patience, CancellationToken cancellation)
    {
        var denials = 0;
        var target = Absolute(request.Target);
        for (var redirects = 0; ;)
        {
            // No proof of who asks ever goes to another host, nor out of TLS.
            var home = !known || IsHome(target);
            patience.Disarm();
            var header = known && home ? await _auth.Header(request.Scope, cancellation) : null;
            var response = await SendOnce(request, target, header, patience);
            if (known && home && response.StatusCode == HttpStatusCode.Unauthorized && denials++ < Limits.RegistryDenials
                && await _auth.Renew(response, header, request.Scope, cancellation))
            {
                response.Dispose();
                continue;
            }

            if (!IsRedirect(response.StatusCode) || (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head))
            {
                return response;
            }

            using (response)
            {
                target = redirects++ < Limits.RegistryRedirects ? Location(response, target)
                    : throw RegistryFaults.Protocol(Host, $"redirects a request for {request.What} without end").ToException();
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnce(RegistryRequest request, Uri target, AuthenticationHeaderValue? header, Patience patience)
    {
        patience.Arm();
        using var message = RegistryRequest.Message(request.Method, target, request.Content?.Invoke(patience));
        request.Prepare?.Invoke(message);
        message.Headers.Authorization = header;
        return await _http.SendAsync(message, patience.Token);
    }

    private Uri Absolute(Uri target) => target.IsAbsoluteUri ? target : new Uri(_root!, target);

    private bool IsHome(Uri target) => target.Scheme == _root!.Scheme && target.Authority == _root.Authority;

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
}
