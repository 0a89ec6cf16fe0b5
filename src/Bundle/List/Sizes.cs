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

    /// <summary>Such as <c>12 images</c>.</summary>
    public static string Count(int count, string noun) => count.ToString(CultureInfo.InvariantCulture) + " " + noun + (count == 1 ? "" : "s");

    /// <summary>What sharing saves, in whole percent; null where it saves nothing.</summary>
    public static int? Saved(long size, long whole) =>
        whole > 0 && size < whole ? (int)Math.Floor(100.0 * (whole - size) / whole) : null;

    /// <summary>Such as <c>234.5 MB as separate folders, 72 % saved</c>.</summary>
    public static string AsFolders(long size, long whole) =>
        Of(whole) + " as separate folders" + (Saved(size, whole) is { } percent ? $", {percent} % saved" : "");
}
