namespace Bundle.Model;

/// <summary>A name with a tag, or with a digest: <c>product/base:1.0</c>, <c>product/base@sha256:…</c>.</summary>
public sealed record ImageReference(ImageName Name, string? Tag, Digest? Digest)
{
    /// <summary>
    /// Reads a reference. A name alone means <c>:latest</c>; with both tag and digest, both are kept.
    /// Null where it breaks the grammar.
    /// </summary>
    public static ImageReference? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Digest? digest = null;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            if (!Model.Digest.TryParse(text[(at + 1)..], out var parsed))
            {
                return null;
            }

            (digest, text) = (parsed, text[..at]);
        }

        string? tag = null;
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf('/'))
        {
            (tag, text) = (text[(colon + 1)..], text[..colon]);
        }

        if (ImageName.TryParse(text) is not { } name || (tag is not null && !ImageName.IsTag(tag)))
        {
            return null;
        }

        return new ImageReference(name, tag ?? (digest is null ? "latest" : null), digest);
    }

    /// <inheritdoc/>
    public override string ToString() => Name.Full + (Tag is null ? "" : ":" + Tag) + (Digest is { } digest ? "@" + digest : "");
}
