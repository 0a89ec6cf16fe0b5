using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Repair;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle repair</c>.</summary>
internal sealed class RepairVerb : Verb
{
    private readonly Argument<string> _file = new("FILE")
    {
        HelpName = "FILE",
        Description = "The damaged package: a file, or a split package's .parts file",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _from = new("--from") { HelpName = "GOOD|URL", Description = "A good copy of the same package: a file, a .parts file, or an http(s) address" };
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "Write the whole package there, and leave the damaged one as it is" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would be fetched" };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing --output" };
    private readonly Option<string> _threads = ThreadsOption();
    private readonly Option<bool> _noSync = NoSyncOption();
    private readonly ServerFlags _servers = ServerFlags.OfAddresses();

    public RepairVerb()
        : base("repair", "Mend a damaged package: fetch only what is damaged from a good copy.")
    {
        Arguments.Add(_file);
        foreach (Option option in (Option[])[_from, _output, _dryRun, _force, _threads, _noSync, .. _servers.All])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Usages => ["bundle repair FILE --from GOOD|URL [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle repair patch.tar.zst --from https://release.example/patch.tar.zst",
        "bundle repair patch.tar.zst --from /mnt/usb/patch.tar.zst --dry-run",
        "bundle repair patch.tar.zst.parts --from https://release.example/patch.tar.zst",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var file = Required(parsed.GetValue(_file), "the damaged package's FILE");
        var from = Required(parsed.GetValue(_from), "--from GOOD, a good copy of the package");
        if (file == "-" || from == "-")
        {
            throw Wrong("repair needs files or an address, it cannot work on standard input");
        }

        session.Http = _servers.Http(parsed);
        var options = new RepairOptions
        {
            Path = file,
            From = session.Input(from, Name),
            Output = parsed.GetValue(_output),
            Force = parsed.GetValue(_force),
            DryRun = parsed.GetValue(_dryRun),
            Sync = !parsed.GetValue(_noSync),
            Threads = Threads(parsed, _threads),
        };
        OpenSsl.Require();
        var result = session.WithProgress(progress => Repairer.Run(options, progress, session.Cancellation));
        RepairReport.Print(result, options, session.Messages);
        return result.Verification is { IsWhole: false } ? ExitCode.Package : ExitCode.Fine;
    }
}
