using Bundle.Model;

namespace Bundle.Push;

/// <summary>Gives some images other names: exactly one, or all that begin alike.</summary>
public sealed record NameRule
{
    private readonly string _from, _to;
    private readonly bool _begins;

    private NameRule(string from, string to, bool begins) => (_from, _to, _begins) = (from, to, begins);

    /// <summary>
    /// Reads <c>FROM=TO</c>, where both end with <c>*</c>, which stands for the same text, or neither does. Null where it is none.
    /// </summary>
    public static NameRule? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Split('=') is not [{ Length: > 0 } from, { Length: > 0 } to] || from.EndsWith('*') != to.EndsWith('*'))
        {
            return null;
        }

        var begins = from.EndsWith('*');
        var rule = begins ? new NameRule(from[..^1], to[..^1], begins) : new NameRule(from, to, begins);
        return rule._from.Contains('*') || rule._to.Contains('*') ? null : rule;
    }

    /// <inheritdoc/>
    public override string ToString() => _begins ? $"{_from}*={_to}*" : $"{_from}={_to}";

    /// <summary>The new repository of an image, whose name may be meant with its registry's host or without; null where another one is meant.</summary>
    public string? Apply(ImageName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] names = [name.Full, name.Repository, name.Normalized];
        return Array.Find(names, one => _begins ? one.StartsWith(_from, StringComparison.Ordinal) : one == _from) is { } found
            ? _to + found[_from.Length..] : null;
    }
}
