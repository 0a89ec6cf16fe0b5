using System.CommandLine;
using System.Globalization;
using System.Net;
using Bundle.Cli.Output;
using Bundle.Reading;
using Bundle.Serve;
using Bundle.Serve.Access;
using Bundle.Verify;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle serve</c>.</summary>
internal sealed class ServeVerb : Verb
{
    private readonly Argument<string> _file = new("FILE") { Description = "The package", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _listen = new("--listen")
    {
        HelpName = "HOST:PORT",
        Description = "Where to listen; default: 127.0.0.1:5000; port 0 takes a free one",
    };

    private readonly Option<string> _certificate = new("--tls-cert") { HelpName = "FILE", Description = "Speak TLS with this certificate (PEM, those between it and the authority behind it)" };
    private readonly Option<string> _key = new("--tls-key") { HelpName = "FILE", Description = "The certificate's key (PEM, not encrypted)" };
    private readonly Option<string> _passwords = new("--basic-auth") { HelpName = "FILE", Description = "Let those read whom this htpasswd file names (htpasswd -B)" };
    private readonly Option<bool> _plain = new("--allow-plain-auth") { Description = "Take passwords over plain HTTP from other hosts too" };
    private readonly Option<bool> _verify = new("--verify") { Description = "Check every byte of the package first" };
    private readonly Option<string> _threads = ThreadsOption();

    public ServeVerb()
        : base("serve", "Serve a package as a read-only registry, without extracting it.")
    {
        Arguments.Add(_file);
        foreach (Option option in (Option[])[_listen, _certificate, _key, _passwords, _plain, _verify, _threads])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Usages => ["bundle serve FILE [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle serve patch.tar.zst",
        "bundle serve patch.tar.zst --verify --listen 0.0.0.0:5000 --tls-cert site.crt --tls-key site.key --basic-auth htpasswd",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var file = Required(parsed.GetValue(_file), "a package: FILE");
        if (file == "-")
        {
            throw Wrong("serve reads a package here and there, so it takes a file, not standard input");
        }

        var listen = Address(parsed.GetValue(_listen) ?? "127.0.0.1:5000");
        var (certificate, key, passwords) = (parsed.GetValue(_certificate), parsed.GetValue(_key), parsed.GetValue(_passwords));
        if ((certificate is null) != (key is null))
        {
            throw Wrong("--tls-cert and --tls-key go together");
        }

        if (passwords is not null && certificate is null && !IPAddress.IsLoopback(listen.Address) && !parsed.GetValue(_plain))
        {
            throw Wrong(
                "--basic-auth over plain HTTP sends passwords for everybody on the way to read",
                "give --tls-cert and --tls-key, or --allow-plain-auth where something before this server speaks TLS");
        }

        var threads = Threads(parsed, _threads);
        OpenSsl.Require();
        var input = session.Input(file, Name);
        var verify = parsed.GetValue(_verify);
        if (verify && session.WithProgress(progress => Verifier.Run(input, threads, progress, session.Cancellation)) is { IsWhole: false } damaged)
        {
            VerifyReportText.Print(damaged, session.Messages);
            return ExitCode.Package;
        }

        using var tls = certificate is null ? null : TlsCertificate.Load(certificate, key!);
        using var package = PackageReader.Open(input);
        var options = new ServeOptions
        {
            Package = package,
            Listen = listen,
            Tls = tls,
            Passwords = passwords is null ? null : PasswordFile.Load(passwords),
            Report = fault => session.Messages.Error(fault, ExitCode.Package),
        };
        Serve(options, verify, session).GetAwaiter().GetResult();
        return ExitCode.Fine;
    }

    // A signal is how a server is meant to end.
    private static async Task Serve(ServeOptions options, bool verified, Session session)
    {
        await using var server = await PackageServer.Start(options, session.Cancellation);
        ServeReport.Print(options, server.Url, verified, session.Messages);
        try
        {
            await Task.Delay(Timeout.Infinite, session.Cancellation);
        }
        catch (OperationCanceledException)
        {
            await server.Stop();
        }
    }

    private IPEndPoint Address(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        if (colon >= 0 && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort
            && IPAddress.TryParse(host is "localhost" ? "127.0.0.1" : host, out var address) && (host.Contains('.', StringComparison.Ordinal) || host.StartsWith('[') || host is "localhost"))
        {
            return new IPEndPoint(address, port);
        }

        throw Wrong($"--listen is ADDRESS:PORT, such as 127.0.0.1:5000, 0.0.0.0:5000 or [::]:5000, not '{text}'");
    }
}
