using Bundle.Model;
using Microsoft.AspNetCore.Http;

namespace Bundle.Serve.Http;

/// <summary>Digests as entity tags (RFC 9110 sections 8.8.3 and 13.1).</summary>
internal static class EntityTag
{
    /// <summary>A digest as a strong entity tag.</summary>
    public static string Of(Digest digest) => "\"" + digest + "\"";

    /// <summary>Whether the client says that it has the content.</summary>
    public static bool IsKnown(HttpRequest request, Digest digest)
    {
        foreach (var line in request.Headers.IfNoneMatch)
        {
            foreach (var tag in (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                // Some clients leave the quotes out.
                if (tag == "*" || (tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag).Trim('"') == digest.ToString())
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The range that is asked for; null where the client has a part of something else (RFC 9110 section 13.1.5).</summary>
    public static string? RangeOf(HttpRequest request, Digest digest)
    {
        var condition = request.Headers.IfRange.ToString();
        return request.Headers.Range.Count == 1 && HttpMethods.IsGet(request.Method) && (condition.Length == 0 || condition == Of(digest))
            ? request.Headers.Range.ToString() : null;
    }
}
