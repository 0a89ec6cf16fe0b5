using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Push;

/// <summary>Where images go: a registry, and what stands before their names there.</summary>
public sealed record PushDestination
{
    private PushDestination(string host, string prefix) => (Host, Prefix) = (host, prefix);

    /// <summary>The registry, such as <c>harbor.example</c> or <c>localhost:5000</c>.</summary>
    public string Host { get; }

    /// <summary>The first components of every name; empty for none.</summary>
    public string Prefix { get; }

    /// <summary>
    /// Reads <c>docker://HOST[:PORT][/PREFIX]</c>; null where it is none. A first component that cannot be told from a
    /// name's is no host: docker would take it for a part of a name on docker.io.
    /// </summary>
    public static PushDestination? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith(RegistryNames.Transport, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = text[RegistryNames.Transport.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? rest : rest[..slash];
        // Any name shows whether the host is one.
        return ImageName.TryParse(host + "/x")?.Host == host ? new PushDestination(host, "").Below(slash < 0 ? "" : rest[(slash + 1)..]) : null;
    }

    /// <summary>The place below this one; null where that can be no part of a name.</summary>
    public PushDestination? Below(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var trimmed = prefix.EndsWith('/') ? prefix[..^1] : prefix;
        return trimmed.Length == 0 ? this : Name(trimmed) is { } name ? new PushDestination(Host, name.Repository) : null;
    }

    /// <summary>The name here of a repository; null where that is none.</summary>
    public ImageName? Name(string repository) =>
        ImageName.TryParse($"{Host}/{(Prefix.Length == 0 ? "" : Prefix + "/")}{repository}");

    /// <inheritdoc/>
    public override string ToString() => RegistryNames.Transport + Host + (Prefix.Length == 0 ? "" : "/" + Prefix);
}
