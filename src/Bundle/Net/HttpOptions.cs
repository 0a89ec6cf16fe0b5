namespace Bundle.Net;

/// <summary>How servers are spoken to.</summary>
public sealed record HttpOptions
{
    /// <summary>Files of certificates (PEM) that are trusted beside those of the system.</summary>
    public IReadOnlyList<string> CaFiles { get; init; } = [];

    /// <summary>Whether a server has to prove who it is.</summary>
    public bool VerifyTls { get; init; } = true;

    /// <summary>How often a request is tried that failed for a reason that may pass.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>How long to wait before the second attempt; twice as long before each further one.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a server may be silent.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Ends every wait: a source that is read at any place has no better moment to hear of it.</summary>
    public CancellationToken Cancellation { get; init; }
}
