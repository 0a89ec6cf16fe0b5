using System.Globalization;

namespace Bundle.List;

/// <summary>Numbers for people: decimal units, and nouns in the right number.</summary>
public static class Sizes
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>Such as <c>66.4 MB</c>.</summary>
    public static string Of(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 999.95 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return value.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>Reads a size as split(1) does: bytes, or with K, M, G, T (also KiB, …) powers of 1024, with KB, … powers of 1000.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var suffix = digits < 0 ? "" : text[digits..];
        bytes = 0;
        if (!long.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var power = suffix.Length == 0 ? 0 : "KMGT".IndexOf(char.ToUpperInvariant(suffix[0]), StringComparison.Ordinal) + 1;
        var unit = suffix.Length < 2 || suffix[1..] == "iB" ? 1024L : suffix[1..] == "B" ? 1000L : 0;
        if (unit == 0 || (suffix.Length > 0 && power == 0))
        {
            return false;
        }

        var factor = 1L;
        for (var i = 0; i < power; i++)
        {
            factor *= unit;
        }

        var fits = number <= long.MaxValue / factor;
        bytes = fits ? number * factor : 0;
        return fits;
    }

    /// <summary>Such as <c>12 images</c>.</summary>
    public static string Count(int count, string noun) => count.ToString(CultureInfo.InvariantCulture) + " " + noun + (count == 1 ? "" : "s");

    /// <summary>What sharing saves, in whole percent; null where it saves nothing.</summary>
    public static int? Saved(long size, long whole) =>
        whole > 0 && size < whole ? (int)Math.Floor(100.0 * (whole - size) / whole) : null;

    /// <summary>Such as <c>234.5 MB as separate folders, 72 % saved</c>.</summary>
    public static string AsFolders(long size, long whole) =>
        Of(whole) + " as separate folders" + (Saved(size, whole) is { } percent ? $", {percent} % saved" : "");
}
