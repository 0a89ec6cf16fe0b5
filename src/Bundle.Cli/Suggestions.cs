using System.CommandLine.Parsing;
using System.Globalization;

namespace Bundle.Cli;

/// <summary>
/// Answers the completion scripts: <c>bundle "[suggest:N]" "LINE"</c> prints what could stand at character N of the line. The line's first word is the
/// program under whatever name it was called, so it is cut off here rather than left to System.CommandLine, which knows the assembly's name only.
/// </summary>
internal static class Suggestions
{
    /// <summary>Answers, where it is asked.</summary>
    public static bool TryAnswer(string[] args)
    {
        if (args is not [var directive, ..] || !directive.StartsWith("[suggest", StringComparison.Ordinal) || !directive.EndsWith(']'))
        {
            return false;
        }

        var line = args.Length > 1 ? args[1] : "";
        var position = directive is ['[', 's', 'u', 'g', 'g', 'e', 's', 't', ':', .. var number, ']']
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? Math.Min(value, line.Length) : line.Length;
        using var writer = Session.OpenOutput();
        foreach (var suggestion in For(line[..position]))
        {
            writer.WriteLine(suggestion);
        }

        return true;
    }

    /// <summary>What could stand at the end of a line. Options only where a dash is typed: the shell offers files otherwise.</summary>
    public static IEnumerable<string> For(string line)
    {
        var text = line.TrimStart();
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
        {
            return [];
        }

        text = text[(space + 1)..];
        var word = text[(text.LastIndexOf(' ') + 1)..];
        return CommandLineParser.Parse(CommandLine.Build(), text, CommandLine.Configuration).GetCompletions(text.Length)
            .Select(item => item.InsertText ?? item.Label)
            .Where(item => item.StartsWith(word, StringComparison.Ordinal) && item.StartsWith('-') == word.StartsWith('-'))
            .Distinct(StringComparer.Ordinal);
    }
}
