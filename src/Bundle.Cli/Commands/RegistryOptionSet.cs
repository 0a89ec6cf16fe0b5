using System.CommandLine;
using Bundle.Registry;

namespace Bundle.Cli.Commands;

/// <summary>The options of every command that talks to live registries.</summary>
internal sealed class RegistryOptionSet
{
    private const int MostParallel = 64;

    private readonly Verb _verb;
    private readonly Option<bool> _tlsVerify = new("--tls-verify")
    {
        HelpName = "true|false",
        Description = "Check who a server is; false allows plain HTTP too; default: true",
        DefaultValueFactory = _ => true,
    };

    private readonly Option<string[]> _ca = new("--ca") { HelpName = "FILE", Description = "Trust the certificates of a PEM file too; may be repeated" };
    private readonly Option<string[]> _certDir = new("--cert-dir") { HelpName = "DIR", Description = "*.crt to trust, *.cert and *.key to prove who asks; may be repeated" };
    private readonly Option<string> _authFile = new("--authfile") { HelpName = "FILE", Description = "Credentials; default: those of podman, skopeo and docker" };
    private readonly Option<string> _parallel = new("--parallel") { HelpName = "N", Description = "How many requests are under way at once; default: 6" };

    /// <summary>Adds the options to a command.</summary>
    public RegistryOptionSet(Verb verb)
    {
        _verb = verb;
        foreach (Option option in (Option[])[_tlsVerify, _ca, _certDir, _authFile, _parallel])
        {
            verb.Options.Add(option);
        }
    }

    /// <summary>What was chosen.</summary>
    /// <exception cref="UsageException">A number is none.</exception>
    public RegistryOptions Value(ParseResult parsed)
    {
        var defaults = new RegistryOptions();
        return defaults with
        {
            TlsVerify = parsed.GetValue(_tlsVerify),
            CaFiles = parsed.GetValue(_ca) ?? [],
            CertificateFolders = parsed.GetValue(_certDir) ?? [],
            AuthFile = parsed.GetValue(_authFile),
            Parallelism = _verb.Number(parsed, _parallel, 1, MostParallel, defaults.Parallelism),
        };
    }
}
