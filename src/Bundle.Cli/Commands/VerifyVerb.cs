using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Keys;
using Bundle.Verify;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle verify</c>.</summary>
internal sealed class VerifyVerb : Verb
{
    private readonly Argument<string> _file = FileArgument();
    private readonly ServerFlags _servers = ServerFlags.OfAddresses();
    private readonly Option<bool> _part = new("--part") { Description = "FILE is a part of a split package: check it alone" };
    private readonly Option<string> _threads = ThreadsOption();
    private readonly Option<string[]> _key = KeyOptions.Trust();
    private readonly Option<string> _receipt = new("--receipt") { HelpName = "FILE", Description = "Write what was checked, and the result, as a document to file" };
    private readonly Option<string> _sign = KeyOptions.Sign("Sign the receipt with a private key: FILE.sig");
    private readonly Option<string> _passwordFile = KeyOptions.PasswordFile();
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing receipt" };

    public VerifyVerb()
        : base("verify", "Check every byte of a package, and say which images any damage hits.")
    {
        Arguments.Add(_file);
        foreach (Option option in (Option[])[_key, _receipt, _sign, _passwordFile, _force, _part, _threads, .. _servers.All])
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
        "bundle verify patch.tar.zst --key release.pub",
        "bundle verify patch.tar.zst --key release.pub --receipt patch.receipt.json --sign officer.key",
        "ssh host cat patch.tar.zst | bundle verify -",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var file = Required(parsed.GetValue(_file), "a package: FILE, URL, or - for standard input");
        var threads = Threads(parsed, _threads);
        session.Http = _servers.Http(parsed);
        OpenSsl.Require();
        if (parsed.GetValue(_part))
        {
            if (Array.Find<Option>([_key, _receipt, _sign, _passwordFile, _force], option => parsed.GetResult(option) is { Implicit: false }) is { } other)
            {
                throw Wrong($"{other.Name} goes with a whole package, and --part checks a part of one", "verify the package when all of its parts are there: bundle verify FILE.parts");
            }

            var part = session.WithProgress(progress => PartVerifier.Run(file, progress, session.Cancellation));
            PartReportText.Print(part, session.Messages);
            return part.IsWhole ? ExitCode.Fine : ExitCode.Package;
        }

        var (receipt, sign) = (parsed.GetValue(_receipt), parsed.GetValue(_sign));
        if (receipt is "-" || (receipt is null && sign is not null))
        {
            throw Wrong(receipt is null ? "--sign goes with --receipt" : "a receipt is a file, it cannot be standard output", receipt is null ? "a package is signed by bundle sign" : null);
        }

        using var keys = TrustedKeys.Read(parsed.GetValue(_key) ?? []);
        using var signer = KeyOptions.Open(sign, parsed.GetValue(_passwordFile));
        var force = parsed.GetValue(_force);
        if (receipt is not null)
        {
            ReceiptFile.RequirePlace(receipt, force);
        }

        var options = new VerifyOptions { Input = session.Input(file, Name), Keys = keys, HashPackage = receipt is not null, Threads = threads };
        var report = session.WithProgress(progress => Verifier.Run(options, progress, session.Cancellation));
        if (receipt is not null)
        {
            var removed = ReceiptFile.Write(receipt, new Receipt(options, report, DateTimeOffset.UtcNow), signer, force);
            session.Messages.Warnings(removed is null ? [] : [$"{removed} was the signature of the former receipt, and is removed; --sign signs this one"]);
        }

        VerifyReportText.Print(report, session.Messages);
        return report.IsWhole ? ExitCode.Fine : ExitCode.Package;
    }
}
