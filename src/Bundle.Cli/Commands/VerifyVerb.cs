using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Verify;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle verify</c>.</summary>
internal sealed class VerifyVerb : Verb
{
    private readonly Argument<string> _file = FileArgument();
    private readonly (Option<string> Ca, Option<bool> TlsVerify) _tls = TlsOptions();
    private readonly Option<bool> _part = new("--part") { Description = "FILE is a part of a split package: check it alone" };
    private readonly Option<string> _threads = ThreadsOption();

    public VerifyVerb()
        : base("verify", "Check every byte of a package, and say which images any damage hits.")
    {
        Arguments.Add(_file);
        foreach (Option option in (Option[])[_part, _threads, _tls.Ca, _tls.TlsVerify])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Usages => ["bundle verify FILE|URL|- [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle verify patch.tar.zst",
        "bundle verify patch.tar.zst --json | jq -r '.affectedImages[]'",
        "bundle verify patch.tar.zst.003 --part",
        "ssh host cat patch.tar.zst | bundle verify -",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var file = Required(parsed.GetValue(_file), "a package: FILE, URL, or - for standard input");
        var threads = Threads(parsed, _threads);
        UseTls(parsed, session, _tls);
        var input = session.Input(file, Name);
        OpenSsl.Require();
        if (parsed.GetValue(_part))
        {
            var part = session.WithProgress(progress => PartVerifier.Run(file, progress, session.Cancellation));
            PartReportText.Print(part, session.Messages);
            return part.IsWhole ? ExitCode.Fine : ExitCode.Package;
        }

        var report = session.WithProgress(progress => Verifier.Run(input, threads, progress, session.Cancellation));
        VerifyReportText.Print(report, session.Messages);
        return report.IsWhole ? ExitCode.Fine : ExitCode.Package;
    }
}
