using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Bundle.Model;
using Bundle.Serve.Http;
using Microsoft.AspNetCore.Http;

namespace Bundle.Serve.Access;

/// <summary>
/// Basic authentication (RFC 7617). Guessing is slow: hashing takes its time, one attempt at a time, and a wrong one is answered
/// late. What was right once is remembered by a keyed hash, as clients send it with every request.
/// </summary>
internal sealed class BasicAuthentication(PasswordFile passwords) : IDisposable
{
    private const int Remembered = 1024;
    private const string Scheme = "Basic ";
    private static readonly TimeSpan Penalty = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Digest, bool> _right = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly SemaphoreSlim _attempts = new(ServeLimits.Attempts);

    /// <summary>Lets a request pass, or answers it.</summary>
    /// <returns>Whether it may pass.</returns>
    public async Task<bool> Admit(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.Length > ServeLimits.Authorization || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            await Refuse(context);
            return false;
        }

        var key = new Digest(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(header)));
        if (_right.ContainsKey(key))
        {
            return true;
        }

        if (!await _attempts.WaitAsync(0))
        {
            context.Response.Headers.RetryAfter = "1";
            await Answers.SendError(context, RegistryError.TooMany, "too many attempts at a password at once");
            return false;
        }

        try
        {
            if (TryDecode(header[Scheme.Length..], out var user, out var password) && passwords.Verify(user, password))
            {
                if (_right.Count < Remembered)
                {
                    _right.TryAdd(key, true);
                }

                return true;
            }

            await Task.Delay(Penalty, context.RequestAborted);
        }
        finally
        {
            _attempts.Release();
        }

        await Refuse(context);
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _attempts.Dispose();

    private static Task Refuse(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"bundle\", charset=\"UTF-8\"";
        return Answers.SendError(context, RegistryError.Unauthorized, "a name and a password are needed");
    }

    private static bool TryDecode(string text, out string user, out string password)
    {
        (user, password) = ("", "");
        var bytes = new byte[ServeLimits.Authorization];
        if (!Convert.TryFromBase64String(text.Trim(), bytes, out var length))
        {
            return false;
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || pair.Contains('\0', StringComparison.Ordinal))
        {
            return false;
        }

        (user, password) = (pair[..colon], pair[(colon + 1)..]);
        return true;
    }
}
