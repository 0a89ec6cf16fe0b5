using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Create;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle merge</c>: create, with the images of one package and the blobs of others.</summary>
internal sealed class MergeVerb : Verb
{
    private readonly Argument<string[]> _packages = new("BASE… PATCH")
    {
        HelpName = "BASE… PATCH",
        Description = "What the incremental package builds on (packages, or sources of images), and the package itself last",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _output = OutputOption();
    private readonly Option<string> _level = LevelOption();
    private readonly Option<string> _threads = ThreadsOption();
    private readonly Option<bool> _force = ForceOption();
    private readonly Option<bool> _noSync = NoSyncOption();

    public MergeVerb()
        : base("merge", "Make an incremental package a full one again, the same as one made in full.")
    {
        Arguments.Add(_packages);
        foreach (Option option in (Option[])[_output, _level, _threads, _force, _noSync])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Usages => ["bundle merge BASE… PATCH --output FILE|- [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle merge v1.tar.zst patch.tar.zst --output v2.tar.zst",
        "bundle merge registry:/var/lib/registry patch.tar.zst --output v2.tar.zst",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var packages = parsed.GetValue(_packages) ?? [];
        if (packages.Length < 2)
        {
            throw Wrong("merge needs a base and a package: BASE… PATCH");
        }

        var output = Output(parsed, _output);
        var options = new CreateOptions
        {
            Sources = ["bundle:" + packages[^1]],
            Lenders = packages[..^1],
            Output = output,
            OutputStream = output is null ? Session.OpenOutputStream() : null,
            Level = Level(parsed, _level),
            Threads = Threads(parsed, _threads),
            Force = parsed.GetValue(_force),
            CompareCopies = false,
            Sync = !parsed.GetValue(_noSync),
            ModificationTime = SourceDate(),
        };
        OpenSsl.Require();
        var result = session.WithProgress(progress => Creator.Run(options, progress, session.Cancellation));
        CreateReport.Print(result, output, session.Messages);
        return ExitCode.Fine;
    }
}
