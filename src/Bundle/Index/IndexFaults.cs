using System.Globalization;
using Bundle.Faults;

namespace Bundle.Index;

/// <summary>The exceptions that an index can cause.</summary>
internal static class IndexFaults
{
    /// <summary>A rule is broken; the message ends with its id.</summary>
    public static BundleException Invalid(string message, Exception? cause = null) => Of(FaultId.IndexInvalid, message, Hints.NotOurs, cause);

    /// <summary>A limit is exceeded (spec LIM-1).</summary>
    public static BundleException Limit(string message) => Of(FaultId.LimitExceeded, message + " [LIM-1]", Hints.NotOurs, null);

    /// <summary>The package is newer than this program (spec IDX-2, IDX-3).</summary>
    public static BundleException Newer(FaultId id, string message) => Of(id, message, "use a newer version of bundle", null);

    /// <summary>Refuses more of something than there may be (spec LIM-1).</summary>
    public static void CheckCount(int count, string what)
    {
        if (count > Limits.Count)
        {
            throw Limit(string.Create(CultureInfo.InvariantCulture, $"more than {Limits.Count} {what}"));
        }
    }

    /// <summary>A text that comes from the index, quoted, cut, and safe on a terminal.</summary>
    public static string Shown(string text)
    {
        var cut = text.Length > 100;
        return "\"" + string.Create(cut ? 100 : text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = IsSafe(source[i]) ? source[i] : '?';
            }
        }) + (cut ? "…\"" : "\"");
    }

    private static bool IsSafe(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static BundleException Of(FaultId id, string message, string? hint, Exception? cause) =>
        new Fault(id, message) { Entry = BundleIndex.EntryName, Hint = hint }.ToException(cause);
}
