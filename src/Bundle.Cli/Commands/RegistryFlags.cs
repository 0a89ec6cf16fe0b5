using System.CommandLine;
using Bundle.Registry;

namespace Bundle.Cli.Commands;

/// <summary>The options of every command that talks to a live registry, as skopeo calls them.</summary>
internal sealed class RegistryFlags
{
    private readonly Option<bool> _tlsVerify = new("--tls-verify")
    {
        HelpName = "true|false",
        Description = "False: registries need not prove who they are, and plain HTTP will do; default: true",
        DefaultValueFactory = _ => true,
    };

    private readonly Option<string[]> _ca = new("--ca") { HelpName = "FILE", Description = "A root certificate (PEM) to trust beside the system's; may be repeated" };
    private readonly Option<string> _authFile = new("--authfile") { HelpName = "FILE", Description = "Credentials for registries; default: those of podman, skopeo and docker" };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_tlsVerify, _ca, _authFile];

    /// <summary>What they say.</summary>
    public RegistryOptions Read(ParseResult parsed) => new()
    {
        TlsVerify = parsed.GetValue(_tlsVerify),
        CaFiles = parsed.GetValue(_ca) ?? [],
        AuthFile = parsed.GetValue(_authFile),
    };
}
