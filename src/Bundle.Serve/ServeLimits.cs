namespace Bundle.Serve;

/// <summary>Every limit that clients of the server meet, and who writes its files; what packages meet is in <see cref="Limits"/>.</summary>
internal static class ServeLimits
{
    /// <summary>Connections at once, at most; one more is closed.</summary>
    public const int Connections = 512;

    /// <summary>An Authorization header, in characters, at most: it is hashed with every request.</summary>
    public const int Authorization = 1024;

    /// <summary>Attempts at a password at once, at most: each takes the time of its hash, one after the other.</summary>
    public const int Attempts = 32;

    /// <summary>A file of passwords, in bytes, at most.</summary>
    public const int PasswordFile = 1024 * 1024;

    /// <summary>Repositories on a page of the catalogue, at most, whatever is asked for.</summary>
    public const int CataloguePage = 1000;

    /// <summary>Tags on a page, at most, whatever is asked for.</summary>
    public const int TagPage = 10_000;

    /// <summary>A page of referrers, in bytes, at most, but for a single one: annotations can be as large as manifests.</summary>
    public const int ReferrersPage = Limits.Manifest;
}
