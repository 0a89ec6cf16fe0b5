using System.Net.Http.Headers;

namespace Bundle.Registry;

/// <summary>What a registry asks for: a name and password, or a token from a server that it names (RFC 9110 section 11.6.1).</summary>
/// <param name="Realm">Null for Basic.</param>
internal sealed record Challenge(string? Realm, string? Service, string? Scope)
{
    /// <summary>Whether a token is asked for.</summary>
    public bool IsBearer => Realm is not null;

    /// <summary>The challenge of an answer; tokens go before passwords. Null where there is none that can be met.</summary>
    public static Challenge? Of(HttpResponseMessage response)
    {
        Challenge? basic = null;
        foreach (var header in response.Headers.WwwAuthenticate)
        {
            if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                var parameters = Parameters(header.Parameter ?? "");
                if (parameters.TryGetValue("realm", out var realm))
                {
                    return new Challenge(realm, parameters.GetValueOrDefault("service"), parameters.GetValueOrDefault("scope"));
                }
            }
            else if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            {
                basic = new Challenge(null, null, null);
            }
        }

        return basic;
    }

    // Commas stand between parameters, and within quotes too: scope="repository:a:pull,push".
    private static Dictionary<string, string> Parameters(string text)
    {
        var result = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var start = 0;
        var quoted = false;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (text[i] != ',' || quoted))
            {
                quoted ^= text[i] == '"' && (i == 0 || text[i - 1] != '\\');
                continue;
            }

            if (NameValueHeaderValue.TryParse(text[start..i], out var pair) && pair.Value is { } value)
            {
                _ = result.TryAdd(pair.Name, value is ['"', .. var inner, '"'] ? inner.Replace("\\", "", StringComparison.Ordinal) : value);
            }

            start = i + 1;
        }

        return result;
    }
}
