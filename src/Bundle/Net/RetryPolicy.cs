using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Bundle.Net;

/// <summary>What may pass, and how long to wait for it: longer each time, of random length so that clients do not come back in step.</summary>
/// <param name="attempts">How often something is tried.</param>
/// <param name="first">How long to wait before the second attempt, at most; twice as long before each further one.</param>
/// <param name="longest">The longest wait, whatever a server asks for.</param>
internal sealed class RetryPolicy(int attempts, TimeSpan first, TimeSpan longest, TimeProvider clock)
{
    /// <summary>Whether a failed request may succeed the next time; a server that cannot prove who it is will not.</summary>
    /// <param name="connected">Whether the server was there before: one that never was is more likely misspelt than restarting.</param>
    public static bool MayPass(Exception exception, bool connected) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => connected,
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => connected,
        _ => exception is HttpRequestException or IOException or TimeoutException && exception.InnerException is not AuthenticationException,
    };

    /// <summary>What a Retry-After header asks for: seconds, or a date (RFC 9110 section 10.2.3).</summary>
    public TimeSpan? Advice(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date - clock.GetUtcNow());

    /// <summary>Waits before a further attempt; false where there is none left.</summary>
    /// <param name="failures">How many have failed in a row.</param>
    /// <param name="advice">How long the server asks to wait; null where it does not say.</param>
    public async Task<bool> Wait(int failures, TimeSpan? advice, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (failures >= attempts)
        {
            return false;
        }

        await Task.Delay(Delay(failures, advice), clock, cancellation).ConfigureAwait(false);
        return true;
    }

    private TimeSpan Delay(int failures, TimeSpan? advice)
    {
        var growing = first * Math.Pow(2, Math.Min(failures - 1, 10));
        // A little is added to what is asked for, and a half taken at most from what is not.
        var delay = advice is { } asked
            ? (asked > TimeSpan.Zero ? asked : TimeSpan.Zero) + (Random.Shared.NextDouble() * first)
            : growing * (0.5 + (Random.Shared.NextDouble() / 2));
        return delay < longest ? delay : longest;
    }
}
