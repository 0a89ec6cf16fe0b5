using System.Collections.Concurrent;
using System.Globalization;
using Bundle.Faults;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>
/// What the program says of damage, word by word, as <c>said.txt</c> has it: who changes a message sees it in the review of that file. With
/// BUNDLE_SAID=FILE nothing is compared, and the file is written anew.
/// </summary>
internal static class Said
{
    private static readonly string? Output = Environment.GetEnvironmentVariable("BUNDLE_SAID") is { Length: > 0 } file ? file : null;

    private static readonly ConcurrentDictionary<string, string> New = new(StringComparer.Ordinal);

    private static readonly Lazy<Dictionary<string, string>> Known = new(() => Read(Path.Combine(AppContext.BaseDirectory, "said.txt")));

    static Said()
    {
        if (Output is not null)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => File.WriteAllText(Output, string.Join('\n', New.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Key + "\n" + one.Value)));
        }
    }

    /// <summary>Holds what is said of a case against the file.</summary>
    /// <param name="folders">What stands before the names of files, and differs.</param>
    public static void Check(string name, IEnumerable<Fault> faults, params string[] folders)
    {
        var text = folders.Aggregate(string.Concat(faults.Select(Text)), (text, folder) => text.Replace(folder, "", StringComparison.Ordinal));
        if (Output is not null)
        {
            New[name] = text;
            return;
        }

        Assert.True(Known.Value.TryGetValue(name, out var expected), name + " is not in said.txt: BUNDLE_SAID=FILE writes it anew");
        Assert.Equal(expected, text);
    }

    private static string Text(Fault fault)
    {
        var lines = new List<string> { fault.Id.Name + ": " + fault.Message };
        Add("entry", fault.Entry);
        Add("bytes", fault.Offset is { } offset ? string.Create(CultureInfo.InvariantCulture, $"{offset} +{fault.Length}") : null);
        Add("digest", fault.Digest?.ToString());
        Add("images", fault.Images.Count == 0 ? null : string.Join(' ', fault.Images));
        Add("hint", fault.Hint);
        return string.Concat(lines.Select((line, i) => (i == 0 ? "  " : "    ") + line.ReplaceLineEndings("\\n") + "\n"));

        void Add(string what, string? value)
        {
            if (value is not null)
            {
                lines.Add(what + ": " + (value.Length > 500 ? value[..500] + "…" : value));
            }
        }
    }

    private static Dictionary<string, string> Read(string path)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        var name = "";
        foreach (var line in File.ReadAllLines(path))
        {
            if (line.StartsWith(' '))
            {
                result[name] += line + "\n";
            }
            else if (line.Length > 0)
            {
                result.Add(name = line, "");
            }
        }

        return result;
    }
}
