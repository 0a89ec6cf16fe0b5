namespace Bundle.Registry;

/// <summary>How registries are talked to.</summary>
public sealed record RegistryOptions
{
    /// <summary>
    /// Whether a registry must prove who it is. False as skopeo means it: HTTPS without a look at the certificate, and plain
    /// HTTP where there is no HTTPS.
    /// </summary>
    public bool TlsVerify { get; init; } = true;

    /// <summary>Files of certificates (PEM) that are trusted beside those of the system.</summary>
    public IReadOnlyList<string> CaFiles { get; init; } = [];

    /// <summary>
    /// Folders with <c>*.crt</c> to trust and client certificates as <c>*.cert</c> with <c>*.key</c>, beside
    /// <c>/etc/containers/certs.d/HOST</c> and <c>/etc/docker/certs.d/HOST</c> (containers-certs.d(5)).
    /// </summary>
    public IReadOnlyList<string> CertificateFolders { get; init; } = [];

    /// <summary>The one file with credentials; null for those of podman, skopeo and docker (containers-auth.json(5)).</summary>
    public string? AuthFile { get; init; }

    /// <summary>Credentials that go before those of any file; null for none.</summary>
    public Credentials? Credentials { get; init; }

    /// <summary>How many more times a request is tried after an answer or a break that may pass.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>How many requests are under way at once.</summary>
    public int Parallelism { get; init; } = 6;

    /// <summary>How long a connection may stay silent before it counts as broken.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest wait before a request is tried again, whatever a registry asks for.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Times the waits between attempts, and the life of tokens.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
