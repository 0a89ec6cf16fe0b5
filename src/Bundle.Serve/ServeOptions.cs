using System.Net;
using Bundle.Faults;
using Bundle.Reading;
using Bundle.Serve.Access;

namespace Bundle.Serve;

/// <summary>What is served, and how.</summary>
public sealed record ServeOptions
{
    /// <summary>The package; it stays open as long as it is served.</summary>
    public required PackageReader Package { get; init; }

    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The certificate to speak TLS with; null for plain HTTP.</summary>
    public TlsCertificate? Tls { get; init; }

    /// <summary>Who may read; null for everybody.</summary>
    public PasswordFile? Passwords { get; init; }

    /// <summary>Hears of damage that a request met, from any thread.</summary>
    public Action<Fault> Report { get; init; } = _ => { };
}
