using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Net;

namespace Bundle.Registry;

/// <summary>What goes wrong with registries, as faults: host, repository, status, and the registry's own words made safe to print.</summary>
internal static class RegistryFaults
{
    private const int LongestText = 300;

    /// <summary>The fault of an answer that was not hoped for; reads its body.</summary>
    /// <param name="credentials">Where credentials were looked for; null where the caller gave some.</param>
    /// <param name="known">Whether there were any for this registry.</param>
    public static async Task<Fault> OfAnswer(string host, string what, HttpResponseMessage response, AuthFiles? credentials, bool known, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        var denied = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
        var words = await Words(response, cancellation);
        var message = string.Create(CultureInfo.InvariantCulture, $"the registry {host} {(denied ? "denies" : "refuses")} {what}: {status} {Plain(response.ReasonPhrase ?? "")}{words}");
        return new Fault(denied ? FaultId.RegistryDenied : FaultId.RegistryError, message)
        {
            Entry = host,
            Hint = denied ? DeniedHint(host, credentials, known)
                : response.StatusCode == HttpStatusCode.TooManyRequests ? "the registry limits requests: log in, or wait and try again"
                : status >= 500 ? "the registry, or a proxy before it, has trouble: try again later, or look at its log"
                : null,
        };
    }

    /// <summary>A connection that cannot be made, or breaks.</summary>
    public static Fault Unreachable(string host, string what, Exception cause, bool stalled)
    {
        var reason = stalled ? "it stays silent for too long" : Reason(cause);
        var tls = Innermost<AuthenticationException>(cause) is not null;
        var plain = tls && reason.Contains("frame", StringComparison.Ordinal);
        return new Fault(FaultId.RegistryUnreachable, $"cannot reach the registry {host} for {what}: {(plain ? "it does not speak TLS" : reason)}")
        {
            Entry = host,
            Hint = plain ? "--tls-verify=false allows plain HTTP"
                : tls ? Innermost<UntrustedServerException>(cause)?.Hint ?? "check the address, and what stands between here and there"
                : "check the name, the network, and HTTPS_PROXY and NO_PROXY",
        };
    }

    /// <summary>An answer that breaks the protocol.</summary>
    public static Fault Protocol(string host, string what) => new(FaultId.RegistryError, $"the registry {host} {what}")
    {
        Entry = host,
        Hint = "it is no registry, it is broken, or something between here and there changes its answers",
    };

    /// <summary>Content that is not what its digest promises.</summary>
    public static Fault WrongBytes(string host, string what, Digest digest) => new(FaultId.BlobMismatch, $"the registry {host} sends {what}")
    {
        Entry = host,
        Digest = digest,
        Hint = "its storage is damaged, or something between here and there changes what it sends: push the image anew",
    };

    /// <summary>Text of others, bounded and on one line.</summary>
    public static string Plain(string text)
    {
        var bounded = text.Length <= LongestText ? text : text[..LongestText] + "…";
        return string.Concat(bounded.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
    }

    private static string DeniedHint(string host, AuthFiles? credentials, bool known) => credentials is null
        ? "check the user, the password and the rights"
        : known ? $"the credentials for {host} in {string.Join(", ", credentials.Places)} do not suffice: log in anew with 'skopeo login {host}', or check the user's rights"
        : $"log in with 'skopeo login {host}', or name a file of credentials with --authfile; looked into {string.Join(", ", credentials.Places)}"
            + string.Concat(credentials.Notes.Distinct(StringComparer.Ordinal).Select(note => "; " + note));

    // {"errors":[{"code":"…","message":"…"}]} (distribution-spec, error codes).
    private static async Task<string> Words(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            var body = await Body.Read(response, Limits.RegistryError, cancellation);
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth });
            var error = document.RootElement.GetProperty("errors")[0];
            var parts = ((string[])["code", "message"]).Select(name => error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null);
            var text = string.Join(": ", parts.Where(part => !string.IsNullOrEmpty(part)));
            return text.Length == 0 ? "" : $" ({Plain(text)})";
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // The status says enough where the body says nothing.
            return "";
        }
    }

    private static string Reason(Exception cause)
    {
        var inner = cause;
        while (inner.InnerException is { } next)
        {
            inner = next;
        }

        var text = Plain(inner.Message).TrimEnd('.');
        return text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }

    private static T? Innermost<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }
}
