using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Bundle.Access;
using Bundle.Faults;

namespace Bundle.Net;

/// <summary>
/// Ranges of one file on a server. What the file was at the first request it has to stay: its length and its validators (RFC 9110 section 8.8)
/// are held against every answer, so that bytes of two versions never mix. A connection that breaks is gone on from where it broke.
/// </summary>
internal sealed class RangeClient : IDisposable
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly HttpOptions _options;
    private readonly HttpClient _client;
    private readonly RetryPolicy _retry;
    private readonly Uri _origin;
    private readonly AuthenticationHeaderValue? _credentials;
    private Uri _resolved;
    private Pin? _pin;
    private long _received;

    public RangeClient(Uri url, HttpOptions options)
    {
        (_options, _retry, Name) = (options, new RetryPolicy(options.Attempts, options.FirstDelay, LongestDelay, TimeProvider.System), url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));
        _credentials = url.UserInfo.Length == 0 ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
        _origin = _resolved = new UriBuilder(url) { UserName = "", Password = "", Fragment = "" }.Uri;
        _client = HttpClients.Create(options);
    }

    /// <summary>The address without what may be secret in it.</summary>
    public string Name { get; }

    /// <summary>The file's bytes; null where the server gives no ranges.</summary>
    public long? Length => _pin?.Length;

    /// <summary>The bytes that came so far.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Asks for the file's beginning, and learns what it is.</summary>
    /// <returns>The first bytes; or, from a server that gives no ranges, the whole file as a stream.</returns>
    public async Task<(byte[] Head, Stream? Whole)> Open(int length)
    {
        var response = await Answer(new ByteRange(0, length), "open").ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return ([], new StallingStream(await response.Content.ReadAsStreamAsync(_options.Cancellation).ConfigureAwait(false), Name, _options));
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                response.Dispose();
                _pin = new Pin(0, null, null);
                return ([], null);
        }

        _pin = Pin.Of(response) ?? throw Odd("it does not say which range it gives");
        if (response.Content.Headers.ContentRange!.From != 0)
        {
            response.Dispose();
            throw Odd("it gives another range than it was asked for");
        }

        var head = new byte[Math.Min(length, _pin.Length)];
        var got = await ReadBody(response, head).ConfigureAwait(false);
        if (got < head.Length)
        {
            await Fetch(got, head.AsMemory(got)).ConfigureAwait(false);
        }

        return (head, null);
    }

    /// <summary>Fills a buffer with the bytes from an offset on.</summary>
    /// <exception cref="BundleException">The server fails for good, or the file has changed.</exception>
    public async Task Fetch(long offset, Memory<byte> target)
    {
        var failed = 0;
        while (target.Length > 0)
        {
            var got = 0;
            Exception? broken = null;
            try
            {
                var response = await Answer(new ByteRange(offset, target.Length), "read").ConfigureAwait(false);
                Check(response, offset);
                got = await ReadBody(response, target).ConfigureAwait(false);
            }
            catch (Exception e) when (RetryPolicy.MayPass(e, connected: true))
            {
                broken = e;
            }

            failed = got > 0 ? 1 : failed + 1;
            (offset, target) = (offset + got, target[got..]);
            if (target.Length > 0 && !await _retry.Wait(failed, null, _options.Cancellation).ConfigureAwait(false))
            {
                throw Failed("read", broken?.Message ?? "the connection breaks again and again", broken);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    // Until there is an answer that waiting does not change.
    private async Task<HttpResponseMessage> Answer(ByteRange range, string action)
    {
        for (var failed = 1; ; failed++)
        {
            RetryConditionHeaderValue? wish = null;
            string reason;
            Exception? cause = null;
            try
            {
                var response = await Send(range).ConfigureAwait(false);
                if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    return response;
                }

                using (response)
                {
                    reason = $"the server says {(int)response.StatusCode} {response.ReasonPhrase}";
                    wish = response.Headers.RetryAfter;
                    if (_resolved != _origin)
                    {
                        // Where a redirect leads may have changed, or have been meant for a while only.
                        _resolved = _origin;
                    }
                    else if (!TransientStatus.Is(response.StatusCode))
                    {
                        throw Refused(response.StatusCode, reason);
                    }
                }
            }
            catch (Exception e) when (RetryPolicy.MayPass(e, connected: _pin is not null))
            {
                (reason, cause) = (e.InnerException is IOException or System.Net.Sockets.SocketException ? e.InnerException.Message : e.Message, e);
            }
            catch (HttpRequestException e)
            {
                throw Failed(action, e.InnerException?.Message ?? e.Message, e);
            }

            if (!await _retry.Wait(failed, _retry.Advice(wish), _options.Cancellation).ConfigureAwait(false))
            {
                throw Failed(action, reason, cause);
            }
        }
    }

    private async Task<HttpResponseMessage> Send(ByteRange range)
    {
        for (var hops = 0; ; hops++)
        {
            // Another request may change it meanwhile, and what is sent has to be meant for where it is sent.
            var address = _resolved;
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Range = new RangeHeaderValue(range.Offset, range.End - 1);
            request.Headers.AcceptEncoding.ParseAdd("identity");
            request.Headers.IfRange = _pin?.Condition;
            request.Headers.Authorization = SameServer(address, _origin) ? _credentials : null;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_options.Cancellation);
            patience.CancelAfter(_options.Patience);
            HttpResponseMessage response;
            try
            {
                response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (!_options.Cancellation.IsCancellationRequested)
            {
                throw new TimeoutException("the server is silent", e);
            }

            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            if (!Uri.TryCreate(address, location, out var next))
            {
                throw Odd("it redirects to what is no address");
            }

            if (hops == Limits.Redirects || next.Scheme is not ("http" or "https") || (address.Scheme == "https" && next.Scheme == "http"))
            {
                throw Odd(hops == Limits.Redirects ? "it redirects without end" : "it redirects from https to what is not");
            }

            _resolved = next;
        }
    }

    private void Check(HttpResponseMessage response, long offset)
    {
        var actual = response.StatusCode == HttpStatusCode.PartialContent ? Pin.Of(response) : null;
        if (actual is null || !actual.Matches(_pin!))
        {
            response.Dispose();
            throw new Fault(FaultId.SourceChanged, $"{Name} changed while it was read") { Entry = Name, Hint = "run it again; what is there already is kept" }.ToException();
        }

        if (response.Content.Headers.ContentRange!.From != offset)
        {
            response.Dispose();
            throw Odd("it gives another range than it was asked for");
        }
    }

    private async Task<int> ReadBody(HttpResponseMessage response, Memory<byte> target)
    {
        using (response)
        {
            var done = 0;
            try
            {
                var body = new StallingStream(await response.Content.ReadAsStreamAsync(_options.Cancellation).ConfigureAwait(false), Name, _options);
                await using (body.ConfigureAwait(false))
                {
                    while (done < target.Length && await body.ReadAsync(target[done..], _options.Cancellation).ConfigureAwait(false) is > 0 and var read)
                    {
                        done += read;
                        Interlocked.Add(ref _received, read);
                    }
                }
            }
            catch (Exception e) when (done > 0 && RetryPolicy.MayPass(e, connected: true))
            {
                // What came is good; the rest is asked for again.
            }

            return done;
        }
    }

    private static bool SameServer(Uri a, Uri b) => a.Scheme == b.Scheme && a.Host == b.Host && a.Port == b.Port;

    private BundleException Refused(HttpStatusCode status, string reason) => new Fault(status is HttpStatusCode.NotFound or HttpStatusCode.Gone ? FaultId.SourceMissing : FaultId.Http, $"cannot read {Name}: {reason}")
    {
        Entry = Name,
        Hint = status switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => "check the address",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "give a user name and password in the address: https://user:password@host/…",
            _ => null,
        },
    }.ToException();

    private BundleException Failed(string action, string reason, Exception? cause) => new Fault(FaultId.Http, $"cannot {action} {Name}: {reason.TrimEnd('.')}")
    {
        Entry = Name,
        Hint = cause?.InnerException is UntrustedServerException untrusted ? untrusted.Hint : "check the address and the network, and run it again; what is there already is kept",
    }.ToException(cause);

    private BundleException Odd(string what) => new Fault(FaultId.Http, $"cannot read {Name}: {what}") { Entry = Name, Hint = "download the file, and give its path" }.ToException();

    /// <summary>What a file has to stay.</summary>
    private sealed record Pin(long Length, EntityTagHeaderValue? Tag, DateTimeOffset? Modified)
    {
        /// <summary>The condition under which ranges are good; a weak validator cannot be one.</summary>
        public RangeConditionHeaderValue? Condition =>
            Tag is { IsWeak: false } ? new RangeConditionHeaderValue(Tag) : Tag is null && Modified is { } modified ? new RangeConditionHeaderValue(modified) : null;

        public static Pin? Of(HttpResponseMessage response) => response.Content.Headers.ContentRange is { Unit: "bytes", HasLength: true, HasRange: true } range
            ? new Pin(range.Length!.Value, response.Headers.ETag, response.Content.Headers.LastModified) : null;

        public bool Matches(Pin other) => Length == other.Length && Equals(Tag, other.Tag) && Modified == other.Modified;
    }
}
