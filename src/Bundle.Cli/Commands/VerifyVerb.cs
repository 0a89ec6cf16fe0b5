using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Verify;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle verify</c>.</summary>
internal sealed class VerifyVerb : Verb
{
    private readonly Argument<string> _file = FileArgument();
    private readonly Option<string> _threads = ThreadsOption();

    public VerifyVerb()
        : base("verify", "Check every byte of a package, and say which images any damage hits.")
    {
        Arguments.Add(_file);
        Options.Add(_threads);
    }

    public override IReadOnlyList<string> Usages => ["bundle verify FILE|- [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle verify patch.tar.zst",
        "bundle verify patch.tar.zst --json | jq -r '.affectedImages[]'",
        "ssh host cat patch.tar.zst | bundle verify -",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var file = Required(parsed.GetValue(_file), "a package: FILE, or - for standard input");
        var threads = Threads(parsed, _threads);
        var input = session.Input(file, Name);
        OpenSsl.Require();
        var report = session.WithProgress(progress => Verifier.Run(input, threads, progress, session.Cancellation));
        VerifyReportText.Print(report, session.Messages);
        return report.IsWhole ? ExitCode.Fine : ExitCode.Package;
    }
}
