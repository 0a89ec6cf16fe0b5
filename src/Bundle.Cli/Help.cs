using System.CommandLine;
using Bundle.Cli.Commands;

namespace Bundle.Cli;

/// <summary>Help texts: usage, what it does, options, examples; at most 100 columns.</summary>
internal static class Help
{
    private const int Gap = 28;

    private static readonly string Indent = new(' ', Gap + 2);

    public static void Write(Command command, TextWriter writer)
    {
        writer.Write(command.Description + "\n\nUsage:\n");
        if (command is Verb verb)
        {
            Lines(writer, verb.Usages);
            Section(writer, "Arguments", command.Arguments.Select(one => (one.HelpName ?? one.Name, one.Description)));
            Section(writer, "Options", command.Options.Select(Option));
            Section(writer, "Options of every command", CommandLine.GlobalOptions.Select(Option));
            writer.Write("\nExamples:\n");
            Lines(writer, verb.Examples);
            return;
        }

        Lines(writer, ["bundle COMMAND [OPTION]…"]);
        Section(writer, "Commands", command.Subcommands.Select(one => (one.Name, one.Description)));
        Section(writer, "Options of every command", CommandLine.GlobalOptions.Select(Option));
        writer.Write("\nExamples:\n");
        Lines(writer, [
            "bundle create images/ --output patch.tar.zst",
            "bundle verify patch.tar.zst",
            "bundle extract patch.tar.zst --as dir --to images/",
            "bundle push patch.tar.zst docker://harbor.example/product",
        ]);
        Section(writer, "Exit codes", [
            ("0", "done"), ("1", "not done: a source, a destination or the machine is at fault"), ("2", "the command line is wrong"),
            ("3", "the package is damaged, no valid bundle, or not signed as --key demands"), ("130, 143", "stopped by SIGINT, SIGTERM"),
        ]);
        writer.Write("\nsee bundle COMMAND --help for the options of a command\n");
    }

    private static (string Left, string? Right) Option(Option option)
    {
        var names = string.Join(", ", option.Aliases.OrderBy(alias => alias.Length).Append(option.Name));
        return ((option.Aliases.Count == 0 ? "    " : "") + names + (option.HelpName is { } value ? " " + value : ""), option.Description);
    }

    private static void Section(TextWriter writer, string title, IEnumerable<(string Left, string? Right)> rows)
    {
        var lines = rows.Select(row => row.Left.Length > Gap - 2
            ? row.Left + "\n" + Indent + Right(row) : row.Left.PadRight(Gap) + Right(row)).ToList();
        if (lines.Count > 0)
        {
            writer.Write($"\n{title}:\n");
            Lines(writer, lines);
        }
    }

    private static string? Right((string Left, string? Right) row) => row.Right?.Replace("\n", "\n" + Indent, StringComparison.Ordinal);

    private static void Lines(TextWriter writer, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            writer.Write("  " + line + "\n");
        }
    }
}
