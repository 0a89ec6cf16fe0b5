namespace Bundle.Sources.Layout;

/// <summary>Takes <c>PATH[:REF]</c> apart.</summary>
internal static class TransportPath
{
    /// <summary>The path, and the reference behind it; null where there is none. A path that is there with its colons is a path.</summary>
    public static (string Path, string? Reference) Split(string text)
    {
        if (Path.Exists(text))
        {
            return (text, null);
        }

        for (var colon = text.IndexOf(':', StringComparison.Ordinal); colon > 0; colon = text.IndexOf(':', colon + 1))
        {
            if (Path.Exists(text[..colon]))
            {
                return (text[..colon], text[(colon + 1)..]);
            }
        }

        return (text, null);
    }
}
