using System.CommandLine;
using System.CommandLine.Parsing;
using Bundle.Cli.Commands;

namespace Bundle.Cli;

/// <summary>Finds what is wrong with the grammar of a command line, and says it in one line.</summary>
internal static class UsageChecks
{
    /// <summary>Checks what was parsed.</summary>
    /// <exception cref="UsageException">Something is wrong.</exception>
    public static void Run(ParseResult parsed, string[] args)
    {
        var command = parsed.CommandResult.Command;
        UnknownOption(command, args);
        if (command is not Verb && parsed.UnmatchedTokens is [var unknown, ..])
        {
            throw new UsageException($"unknown command '{unknown}'", DidYouMean(unknown, command.Subcommands.Select(one => one.Name)) ?? Hint(command));
        }

        if (parsed.UnmatchedTokens is [var extra, ..])
        {
            throw new UsageException($"unexpected argument '{extra}'", Hint(command));
        }

        // Without a command there is the help, which says more than an error.
        if (command is Verb && parsed.Errors is [var error, ..])
        {
            throw new UsageException(Sentence(error), Hint(command));
        }
    }

    /// <summary>Where to read how a command is used.</summary>
    public static string Hint(Command command) => command is Verb ? $"see bundle {command.Name} --help" : "see bundle --help";

    // A mistyped option would otherwise pass as a SOURCE, or as the value of the option before it.
    private static void UnknownOption(Command command, string[] args)
    {
        var names = command.Options.Concat(CommandLine.GlobalOptions).SelectMany(option => option.Aliases.Append(option.Name)).Distinct().ToList();
        foreach (var arg in args.TakeWhile(arg => arg != "--"))
        {
            var name = arg.Split('=', ':')[0];
            if (arg.Length < 2 || arg[0] != '-' || char.IsAsciiDigit(arg[1]) || names.Contains(name)
                || (arg[1] != '-' && names.Contains(arg[..2])))
            {
                continue;
            }

            throw new UsageException($"unknown option '{name}'", DidYouMean(name, names.Where(one => one.Length > 2)) ?? Hint(command));
        }
    }

    private static string Sentence(ParseError error)
    {
        if (error.SymbolResult is OptionResult { Option: var option } result)
        {
            return result.Tokens.Count == 0 ? $"{option.Name} needs a value" : $"{option.Name} takes one value, and is given once";
        }

        return char.ToLowerInvariant(error.Message[0]) + error.Message[1..].TrimEnd('.').ReplaceLineEndings(" ");
    }

    private static string? DidYouMean(string typed, IEnumerable<string> known)
    {
        var best = known.Select(name => (Name: name, Distance: Distance(typed, name))).OrderBy(one => one.Distance).FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(1, Math.Min(3, best.Name.Length / 3)) ? $"did you mean '{best.Name}'?" : null;
    }

    // Levenshtein; a long word is none of ours anyway.
    private static int Distance(string a, string b)
    {
        if (a.Length > 32)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
