using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Bundle.Net;

/// <summary>What may pass, and how long to wait for it.</summary>
internal sealed class RetryPolicy(HttpOptions options)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Whether a failed request may succeed the next time; a server that cannot prove who it is will not.</summary>
    /// <param name="connected">Whether the server was there before: one that never was is more likely misspelt than restarting.</param>
    public static bool MayPass(Exception exception, bool connected) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => connected,
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => connected,
        _ => exception is HttpRequestException or IOException or TimeoutException && exception.InnerException is not AuthenticationException,
    };

    /// <summary>Waits before a further attempt; false where there is none left.</summary>
    /// <param name="attempt">How many have failed in a row.</param>
    /// <param name="wish">What the server asked for.</param>
    public async Task<bool> Wait(int attempt, RetryConditionHeaderValue? wish)
    {
        if (attempt >= options.Attempts)
        {
            return false;
        }

        var delay = options.FirstDelay * Math.Pow(2, attempt - 1) * (0.75 + (Random.Shared.NextDouble() / 2));
        if (wish?.Delta is { } delta && delta > delay)
        {
            delay = delta;
        }

        await Task.Delay(delay < Longest ? delay : Longest, options.Cancellation).ConfigureAwait(false);
        return true;
    }
}
