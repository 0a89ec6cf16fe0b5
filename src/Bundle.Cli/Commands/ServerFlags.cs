using System.CommandLine;
using Bundle.Net;
using Bundle.Registry;

namespace Bundle.Cli.Commands;

/// <summary>The options of every command that talks to servers: packages at addresses, or live registries too, as skopeo calls them.</summary>
internal sealed class ServerFlags
{
    private readonly Option<bool> _tlsVerify;
    private readonly Option<string[]> _ca;
    private readonly Option<string>? _authFile;

    private ServerFlags(string tlsVerify, string ca, Option<string>? authFile) => (_tlsVerify, _ca, _authFile) = (
        new("--tls-verify") { HelpName = "true|false", Description = tlsVerify, DefaultValueFactory = _ => true },
        new("--ca") { HelpName = "FILE", Description = ca },
        authFile);

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => _authFile is null ? [_tlsVerify, _ca] : [_tlsVerify, _ca, _authFile];

    /// <summary>Those of a command that reads packages at addresses.</summary>
    public static ServerFlags OfAddresses() => new(
        "For an https address: check who the server is; default: true",
        "For an https address: trust the certificates of a PEM file too; may be repeated",
        null);

    /// <summary>Those of a command that talks to live registries.</summary>
    public static ServerFlags OfRegistries() => new(
        "False: servers need not prove who they are, and registries may speak plain HTTP; default: true",
        "A root certificate (PEM) to trust beside the system's; may be repeated",
        new("--authfile") { HelpName = "FILE", Description = "Credentials for registries; default: those of podman, skopeo and docker" });

    /// <summary>How packages at addresses are read.</summary>
    public HttpOptions Http(ParseResult parsed) => new() { VerifyTls = parsed.GetValue(_tlsVerify), CaFiles = parsed.GetValue(_ca) ?? [] };

    /// <summary>How registries are talked to.</summary>
    public RegistryOptions Registry(ParseResult parsed) => new()
    {
        TlsVerify = parsed.GetValue(_tlsVerify),
        CaFiles = parsed.GetValue(_ca) ?? [],
        AuthFile = _authFile is null ? null : parsed.GetValue(_authFile),
    };
}
