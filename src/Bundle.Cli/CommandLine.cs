using System.CommandLine;
using System.CommandLine.Parsing;
using Bundle.Cli.Commands;
using Bundle.Cli.Terminal;

namespace Bundle.Cli;

/// <summary>The grammar of the command line, and what it leads to. System.CommandLine parses; help, errors and actions are our own.</summary>
internal static class CommandLine
{
    /// <summary>No response files: <c>@</c> is part of an image's name.</summary>
    public static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null };

    private static readonly Option<bool> HelpOption = new("--help", "-h") { Description = "Show this help", Recursive = true };
    private static readonly Option<bool> VersionOption = new("--version") { Description = "Show the version", Recursive = true };
    private static readonly Option<bool> QuietOption = new("--quiet") { Description = "No progress, no warnings, no summary; only errors and data", Recursive = true };
    private static readonly Option<bool> JsonOption = new("--json") { Description = "Results and errors as JSON", Recursive = true };

    /// <summary>The options that every command has.</summary>
    public static IReadOnlyList<Option> GlobalOptions { get; } = [QuietOption, JsonOption, HelpOption, VersionOption];

    /// <summary>The whole grammar.</summary>
    public static Command Build()
    {
        var root = new Command("bundle", "Carries container images, and the files that belong to them, in one file.")
        {
            new CreateVerb(), new ExtractVerb(), new PushVerb(), new VerifyVerb(), new ListVerb(), new DiffVerb(), new MergeVerb(), new RepairVerb(), new SignVerb(), new ServeVerb(), new CompletionVerb(),
        };
        foreach (var option in GlobalOptions)
        {
            root.Options.Add(option);
        }

        return root;
    }

    /// <summary>Does what the arguments ask for.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, Messages messages)
    {
        var root = Build();
        var parsed = CommandLineParser.Parse(root, args, Configuration);
        var command = parsed.CommandResult.Command;
        if (parsed.GetResult(HelpOption) is { Implicit: false })
        {
            using var writer = Session.OpenOutput();
            Help.Write(command, writer);
            return ExitCode.Fine;
        }

        UsageChecks.Run(parsed, args);
        if (parsed.GetValue(VersionOption))
        {
            using var writer = Session.OpenOutput();
            writer.WriteLine("bundle " + typeof(CommandLine).Assembly.GetName().Version!.ToString(3));
            return ExitCode.Fine;
        }

        if (command is not Verb verb)
        {
            Help.Write(root, Console.Error);
            return ExitCode.Usage;
        }

        // Told apart from the arguments until here, so that an error of the grammar itself is JSON too where that is wanted.
        messages = new Messages(parsed.GetValue(JsonOption), parsed.GetValue(QuietOption));
        using var session = new Session(messages);
        return verb.Run(parsed, session);
    }
}
