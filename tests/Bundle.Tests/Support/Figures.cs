using System.Collections.Concurrent;
using System.Globalization;

namespace Bundle.Tests.Support;

/// <summary>How much is tried, by the environment: BUNDLE_PROOF=N for every n-th call, 1 for all, 0 for all in every way; and what was, in the file BUNDLE_FIGURES.</summary>
internal static class Figures
{
    private static readonly ConcurrentDictionary<string, int> Counts = new(StringComparer.Ordinal);

    static Figures()
    {
        if (Environment.GetEnvironmentVariable("BUNDLE_FIGURES") is { Length: > 0 } file)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => File.AppendAllLines(file, Counts.OrderBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => one.Value.ToString(CultureInfo.InvariantCulture).PadLeft(8) + " " + one.Key));
        }
    }

    /// <summary>Null for the quick tests.</summary>
    public static int? Depth { get; } = Environment.GetEnvironmentVariable("BUNDLE_PROOF") is { Length: > 0 } depth ? int.Parse(depth, CultureInfo.InvariantCulture) : null;

    /// <summary>The numbers from 1 to a count; in the quick tests, some of them.</summary>
    public static IEnumerable<int> Some(int count, int some) => Depth is { } depth ? Enumerable.Range(1, count).Where(n => n % Math.Max(1, depth) == 0 || n == 1)
        : Enumerable.Range(0, some).Select(i => 1 + (int)((long)i * (count - 1) / Math.Max(1, some - 1))).Where(n => n >= 1 && n <= count).Distinct();

    /// <summary>Counts one more.</summary>
    public static void Count(string what) => Counts.AddOrUpdate(what, 1, (_, count) => count + 1);
}
