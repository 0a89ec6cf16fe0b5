using System.Text.RegularExpressions;

namespace Bundle.Model;

/// <summary>
/// An image's name without tag or digest: a repository, with or without a registry host before it
/// (spec IDX-6; the grammar is that of distribution/reference).
/// </summary>
public sealed partial record ImageName : IComparable<ImageName>
{
    private ImageName(string full, string? host, string repository) => (Full, Host, Repository) = (full, host, repository);

    /// <summary>The whole name, such as <c>localhost:5000/product/base</c>.</summary>
    public string Full { get; }

    /// <summary>The registry host, with its port where one is given; null without.</summary>
    public string? Host { get; }

    /// <summary>The name without the host, as registry storage has it (spec IDX-7).</summary>
    public string Repository { get; }

    /// <summary>The name as Docker and containerd complete it (spec section 4.5).</summary>
    public string Normalized => Host is not null ? Full : Full.Contains('/') ? "docker.io/" + Full : "docker.io/library/" + Full;

    /// <summary>Reads a name; null where it breaks the grammar.</summary>
    public static ImageName? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : text[..slash];
        var hasHost = first.Contains('.') || first.Contains(':') || first == "localhost";
        var repository = hasHost ? text[(slash + 1)..] : text;
        if (text.Length > 255 || !RepositoryGrammar().IsMatch(repository) || (hasHost && !HostGrammar().IsMatch(first)))
        {
            return null;
        }

        return new ImageName(text, hasHost ? first : null, repository);
    }

    /// <summary>Whether a text is a valid tag (spec IDX-8).</summary>
    public static bool IsTag(string text) => TagGrammar().IsMatch(text);

    /// <inheritdoc/>
    public int CompareTo(ImageName? other) => string.CompareOrdinal(Full, other?.Full);

    /// <inheritdoc/>
    public override string ToString() => Full;

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryGrammar();

    [GeneratedRegex(@"\A[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostGrammar();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagGrammar();
}
