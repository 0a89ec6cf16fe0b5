namespace Bundle.Cli.Terminal;

/// <summary>Makes text safe to print: a damaged package or a hostile file name must not steer the terminal.</summary>
internal static class Plain
{
    /// <summary>The text, with <c>?</c> for every control character, line breaks included.</summary>
    public static string Text(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
            ? string.Create(text.Length, text, static (span, from) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = char.IsControl(from[i]) ? '?' : from[i];
                }
            })
            : text;
}
