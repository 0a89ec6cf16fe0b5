using System.IO.Enumeration;
using Bundle.Model;

namespace Bundle.Index;

/// <summary>Images as users mean them: <c>*</c> and <c>?</c> match any characters, a name may have its host or not, and without a tag means every tag.</summary>
internal sealed class ImagePatterns(IReadOnlyList<string> patterns)
{
    private readonly bool[] _used = new bool[patterns.Count];

    /// <summary>The patterns that matched nothing so far.</summary>
    public IReadOnlyList<string> Unused => [.. patterns.Where((_, i) => !_used[i])];

    /// <summary>Whether any pattern means a reference; each that does counts as used.</summary>
    /// <param name="suffix">What follows the name: <c>:TAG</c> or <c>@DIGEST</c>; empty for the name alone.</param>
    public bool Match(ImageName name, string suffix)
    {
        var any = false;
        for (var i = 0; i < patterns.Count; i++)
        {
            if (Matches(name, suffix, patterns[i]))
            {
                _used[i] = any = true;
            }
        }

        return any;
    }

    private static bool Matches(ImageName image, string suffix, string pattern)
    {
        string[] names = image.Host is null ? [image.Full, image.Normalized] : [image.Full, image.Repository];
        return names.Any(name => IsLike(pattern, name + suffix) || IsLike(pattern, name));
    }

    private static bool IsLike(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal), text, ignoreCase: false);
}
