using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Bundle.Serve.Registry;

/// <summary>A page of a sorted list of names, as clients ask for it with <c>n</c> and <c>last</c> (distribution-spec, listing tags).</summary>
/// <param name="More">Whether names follow behind it.</param>
internal sealed record NamePage(IReadOnlyList<string> Names, bool More)
{
    /// <summary>The page that a request asks for; null where its <c>n</c> is no number.</summary>
    /// <param name="all">In ordinal order.</param>
    public static NamePage? Of(HttpRequest request, IReadOnlyList<string> all, int otherwise, int most)
    {
        var count = otherwise;
        if (request.Query.TryGetValue("n", out var asked) && !TryCount(asked.ToString(), most, out count))
        {
            return null;
        }

        var begin = request.Query.TryGetValue("last", out var last) ? Behind(all, last.ToString()) : 0;
        var names = new List<string>();
        for (var i = begin; i < all.Count && names.Count < count; i++)
        {
            names.Add(all[i]);
        }

        // An empty page has no last name to go on from, and was asked for as such.
        return new NamePage(names, names.Count > 0 && begin + names.Count < all.Count);
    }

    /// <summary>Says where the next page is (RFC 8288).</summary>
    public void Link(HttpContext context, string path)
    {
        if (More)
        {
            context.Response.Headers.Link = string.Create(CultureInfo.InvariantCulture, $"<{path}?n={Names.Count}&last={Uri.EscapeDataString(Names[^1])}>; rel=\"next\"");
        }
    }

    private static bool TryCount(string text, int most, out int count)
    {
        count = most;
        if (text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        count = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, most) : most;
        return true;
    }

    private static int Behind(IReadOnlyList<string> all, string last)
    {
        var (low, high) = (0, all.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(all[middle], last) <= 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
