using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Bundle.Faults;
using Bundle.Net;

namespace Bundle.Registry;

/// <summary>
/// Proves to one registry who asks: by tokens, one for each set of scopes, or by name and password. What it
/// knows goes to that registry and to the token server that it names, and nowhere else.
/// </summary>
internal sealed class RegistryAuth(string host, RegistryOptions options, RetryPolicy retries, HttpMessageInvoker http) : IDisposable
{
    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(60); // the token spec's default, and floor
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly AuthFiles? _files = options.Credentials is null ? AuthFiles.Read(options.AuthFile, Environment.GetEnvironmentVariable) : null;
    private readonly Dictionary<string, Credentials?> _credentials = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Token, DateTimeOffset Expires)> _tokens = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1);
    private Challenge? _challenge;
    private bool _plainHttp;

    /// <summary>The files that credentials come from; null where the caller gave some.</summary>
    public AuthFiles? Files => _files;

    /// <summary>Whether credentials were found for what was asked so far.</summary>
    public bool HasCredentials { get; private set; }

    /// <summary>Learns from the registry's first answer how it wants to be asked.</summary>
    /// <param name="plainHttp">Whether it is reached without TLS; its token server may then be too.</param>
    public void Learn(HttpResponseMessage first, bool plainHttp)
    {
        _plainHttp = plainHttp;
        _challenge = first.StatusCode == HttpStatusCode.Unauthorized ? Challenge.Of(first) : null;
    }

    /// <summary>The header for a request; null where none is needed or to be had.</summary>
    public async Task<AuthenticationHeaderValue?> Header(RegistryScope scope, CancellationToken cancellation)
    {
        if (_challenge is not { } challenge)
        {
            return null;
        }

        await _gate.WaitAsync(cancellation);
        try
        {
            if (!challenge.IsBearer)
            {
                return Credentials(scope.Repository) is { IdentityToken: null } credentials ? new AuthenticationHeaderValue("Basic", credentials.Basic) : null;
            }

            if (!_tokens.TryGetValue(scope.Key, out var token) || token.Expires <= options.Clock.GetUtcNow())
            {
                token = await retries.Run(() => Fetch(challenge, scope, cancellation), cancellation);
                _tokens[scope.Key] = token;
            }

            return new AuthenticationHeaderValue("Bearer", token.Token);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>After a 401: whether it is worth another try, with a new token or with credentials that were not asked for before.</summary>
    /// <param name="used">What was sent.</param>
    public async Task<bool> Renew(HttpResponseMessage denied, AuthenticationHeaderValue? used, RegistryScope scope, CancellationToken cancellation)
    {
        if (Challenge.Of(denied) is not { } challenge)
        {
            return false;
        }

        await _gate.WaitAsync(cancellation);
        try
        {
            _challenge = challenge;
            if (_tokens.TryGetValue(scope.Key, out var token) && token.Token == used?.Parameter)
            {
                _tokens.Remove(scope.Key);
            }

            return challenge.IsBearer || (used?.Scheme != "Basic" && Credentials(scope.Repository) is not null);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private Credentials? Credentials(string repository)
    {
        if (!_credentials.TryGetValue(repository, out var credentials))
        {
            credentials = options.Credentials ?? _files!.Find(host, repository);
            _credentials.Add(repository, credentials);
            HasCredentials |= credentials is not null;
        }

        return credentials;
    }

    private async Task<(string Token, DateTimeOffset Expires)> Fetch(Challenge challenge, RegistryScope scope, CancellationToken cancellation)
    {
        var realm = Realm(challenge);
        using var patience = new Patience(options.StallTimeout, cancellation);
        using var request = Request(realm, challenge, scope);
        var what = $"a token for {scope.Key}";
        try
        {
            using var response = await http.SendAsync(request, patience.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                patience.Arm();
                return Token(await Body.Read(response, Limits.RegistryToken, patience.Token));
            }

            var fault = await RegistryFaults.OfAnswer(realm.Authority, what, response, _files, HasCredentials, patience.Token);
            throw TransientStatus.Is(response.StatusCode) ? new TransientException(fault, retries.Advice(response.Headers.RetryAfter)) : fault.ToException();
        }
        catch (Exception e) when (e is HttpRequestException or IOException || patience.IsOver)
        {
            throw new TransientException(RegistryFaults.Unreachable(realm.Authority, what, e, patience.IsOver), cause: e);
        }
        catch (InvalidDataException e)
        {
            throw RegistryFaults.Protocol(realm.Authority, "answers a request for a token with " + e.Message).ToException(e);
        }
    }

    // A realm is the registry's word alone: it must not lead credentials into the open (CVE-2026-33540).
    private Uri Realm(Challenge challenge)
    {
        var valid = Uri.TryCreate(challenge.Realm, UriKind.Absolute, out var realm)
            && (realm.Scheme == Uri.UriSchemeHttps || (realm.Scheme == Uri.UriSchemeHttp && _plainHttp))
            && realm.UserInfo.Length == 0 && realm.Fragment.Length == 0 && realm.Host.Length > 0;
        return valid ? realm! : throw RegistryFaults.Protocol(host, $"sends for a token to '{RegistryFaults.Plain(challenge.Realm!)}', which is no https address").ToException();
    }

    private HttpRequestMessage Request(Uri realm, Challenge challenge, RegistryScope scope)
    {
        var credentials = Credentials(scope.Repository);
        var scopes = scope.Names.Union(challenge.Scope?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(one => !one.StartsWith("repository:", StringComparison.Ordinal)) ?? []);
        if (credentials?.IdentityToken is { } refresh)
        {
            // distribution's OAuth2 form of the token request.
            var form = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "refresh_token",
                ["client_id"] = "bundle",
                ["refresh_token"] = refresh,
                ["service"] = challenge.Service ?? "",
                ["scope"] = string.Join(' ', scopes),
            };
            return RegistryRequest.Message(HttpMethod.Post, realm, new FormUrlEncodedContent(form));
        }

        var query = scopes.Select(one => "scope=" + Uri.EscapeDataString(one));
        if (challenge.Service is { } service)
        {
            query = query.Prepend("service=" + Uri.EscapeDataString(service));
        }

        var request = RegistryRequest.Message(HttpMethod.Get, new UriBuilder(realm) { Query = string.Join('&', realm.Query.Length > 1 ? query.Prepend(realm.Query[1..]) : query) }.Uri);
        request.Headers.Authorization = credentials is null ? null : new AuthenticationHeaderValue("Basic", credentials.Basic);
        return request;
    }

    private (string Token, DateTimeOffset Expires) Token(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth });
            var root = document.RootElement;
            var token = Text(root, "token") ?? Text(root, "access_token");
            if (string.IsNullOrEmpty(token) || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                throw new JsonException();
            }

            var life = root.TryGetProperty("expires_in", out var seconds) && seconds.ValueKind == JsonValueKind.Number && seconds.TryGetInt32(out var number)
                ? TimeSpan.FromSeconds(number) : ShortestLife;
            return (token, options.Clock.GetUtcNow() + (life > ShortestLife ? life : ShortestLife) - Margin);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw RegistryFaults.Protocol(host, "has a token server that gives no token").ToException();
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
