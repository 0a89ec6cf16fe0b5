using System.CommandLine;
using System.Globalization;

namespace Bundle.Cli.Commands;

/// <summary>A command: its grammar, its help, and what it does.</summary>
internal abstract class Verb(string name, string description) : Command(name, description)
{
    private const long LatestTime = 8_589_934_591; // Spec TAR-5: eleven octal digits.

    /// <summary>How it is typed, a line each.</summary>
    public abstract IReadOnlyList<string> Usages { get; }

    /// <summary>Command lines to copy.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    public abstract int Run(ParseResult parsed, Session session);

    /// <summary>The option <c>--threads</c>.</summary>
    protected static Option<string> ThreadsOption() => new("--threads")
    {
        HelpName = "N",
        Description = "How many threads work; default: one for each processor",
    };

    /// <summary>The option <c>--output</c> of a package.</summary>
    protected static Option<string> OutputOption() => new("--output", "-o") { HelpName = "FILE|-", Description = "The package to write, or - for standard output" };

    /// <summary>The option <c>--level</c>.</summary>
    protected static Option<string> LevelOption() => new("--level") { HelpName = "1..19", Description = "The zstd level for what is not compressed yet; default: 3" };

    /// <summary>The option <c>--force</c>.</summary>
    protected static Option<bool> ForceOption() => new("--force") { Description = "Replace an existing output" };

    /// <summary>The option <c>--no-sync</c>.</summary>
    protected static Option<bool> NoSyncOption() => new("--no-sync")
    {
        Description = "Do not wait until all is on the disk: faster, and lost where the power fails",
    };

    /// <summary>The option <c>--image</c>.</summary>
    protected static Option<string[]> ImageOption() => new("--image")
    {
        HelpName = "PATTERN",
        Description = "Only images that match (*, ?; without a tag, every tag); may be repeated",
    };

    /// <summary>The argument <c>FILE|-</c>.</summary>
    protected static Argument<string> FileArgument() => new("FILE")
    {
        HelpName = "FILE|URL|-",
        Description = "The package: a file, a split package's .parts file, an http(s) address, or - for standard input",
        // What is missing is told by Required, in our own words.
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The value that has to be there.</summary>
    protected string Required(string? value, string what) =>
        string.IsNullOrEmpty(value) ? throw Wrong($"{Name} needs {what}") : value;

    /// <summary>A whole number of an option, or a default.</summary>
    protected int Number(ParseResult parsed, Option<string> option, int least, int most, int otherwise)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong($"{option.Name} is a number from {least} to {most}, not '{text}'");
    }

    /// <summary>The value of <c>--threads</c>.</summary>
    protected int Threads(ParseResult parsed, Option<string> option) => Number(parsed, option, 1, 1024, Environment.ProcessorCount);

    /// <summary>The value of <c>--level</c>.</summary>
    protected int Level(ParseResult parsed, Option<string> option) => Number(parsed, option, 1, 19, 3);

    /// <summary>The value of <c>--output</c> of a package; null for standard output.</summary>
    protected string? Output(ParseResult parsed, Option<string> option)
    {
        var target = Required(parsed.GetValue(option), "--output FILE (or - for standard output)");
        if (target == "-" && !Console.IsOutputRedirected)
        {
            throw Wrong("a package is not written to a terminal", "redirect standard output, or name a file: --output patch.tar.zst");
        }

        return target == "-" ? null : target;
    }

    /// <summary>The modification time of entries, after https://reproducible-builds.org/specs/source-date-epoch/: malformed values are refused, not passed over.</summary>
    protected long SourceDate()
    {
        var text = Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH");
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time <= LatestTime
            ? time
            : throw Wrong($"SOURCE_DATE_EPOCH is a number from 0 to {LatestTime}, not '{text}'", "unset SOURCE_DATE_EPOCH, or set it to seconds since 1970");
    }

    /// <summary>A mistake in the request.</summary>
    protected UsageException Wrong(string message, string? hint = null) => new(message, hint ?? UsageChecks.Hint(this));
}
