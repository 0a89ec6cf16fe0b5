using System.Globalization;

namespace Bundle.Parts;

/// <summary>How the files of a split package are called (spec PART-1).</summary>
public static class PartNames
{
    /// <summary>What the list's name ends with.</summary>
    public const string ListSuffix = ".parts";

    private const int Digits = 3;

    /// <summary>The name of a part; the first one is number 1.</summary>
    public static string Of(string package, int number) => string.Create(CultureInfo.InvariantCulture, $"{package}.{number:D3}");

    /// <summary>The name of the list.</summary>
    public static string ListOf(string package) => package + ListSuffix;

    /// <summary>The package's name out of its list's; null where it is none.</summary>
    public static string? PackageOfList(string list) =>
        list.EndsWith(ListSuffix, StringComparison.Ordinal) && list.Length > ListSuffix.Length ? list[..^ListSuffix.Length] : null;

    /// <summary>The package's name out of a part's, and the part's number; null where it is none.</summary>
    public static (string Package, int Number)? PackageOfPart(string part)
    {
        var dot = part.Length - Digits - 1;
        return dot > 0 && part[dot] == '.' && part[dot - 1] != '/'
            && int.TryParse(part.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? (part[..dot], number) : null;
    }
}
