using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Format;
using Bundle.Signing;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle sign</c>.</summary>
internal sealed class SignVerb : Verb
{
    private readonly Argument<string> _file = new("FILE") { Description = "The package", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _key = new("--key") { HelpName = "KEY", Description = "The private key, PEM of openssl or cosign: ECDSA on P-256 or P-384" };
    private readonly Option<string> _passwordFile = KeyOptions.PasswordFile();
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "Where the signed package goes; default: it replaces FILE" };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing output" };
    private readonly Option<string> _threads = ThreadsOption();
    private readonly Option<bool> _noSync = NoSyncOption();

    public SignVerb()
        : base("sign", "Check a package and add a signature; its content and bundle digest stay.")
    {
        Arguments.Add(_file);
        foreach (Option option in (Option[])[_key, _passwordFile, _output, _force, _threads, _noSync])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Usages => ["bundle sign FILE --key KEY [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle sign patch.tar.zst --key release.key",
        "COSIGN_PASSWORD=… bundle sign patch.tar.zst --key cosign.key --output signed.tar.zst",
        "bundle sign patch.tar.zst --key release.key --password-file release.pw",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var file = Required(parsed.GetValue(_file), "a package: FILE");
        if (file == "-")
        {
            throw Wrong("a package to sign is a file, it cannot be standard input", "bundle create --sign KEY signs what it makes at once");
        }

        var path = Required(parsed.GetValue(_key), "--key KEY");
        var threads = Threads(parsed, _threads);
        OpenSsl.Require();
        using var key = KeyOptions.Open(path, parsed.GetValue(_passwordFile))!;
        var options = new SignOptions
        {
            Input = PackageInput.File(file),
            Key = key,
            Output = parsed.GetValue(_output),
            Force = parsed.GetValue(_force),
            Sync = !parsed.GetValue(_noSync),
            Threads = threads,
        };
        var result = session.WithProgress(progress => Signer.Run(options, progress, session.Cancellation));
        SignReport.Print(result, options.Output ?? file, session.Messages);
        return ExitCode.Fine;
    }
}
