namespace Bundle.Sources.Trees;

/// <summary>Names in archives: they are hostile until they are looked at.</summary>
internal static class TarName
{
    /// <summary>A name without empty parts and dots; null where it leads out of the archive.</summary>
    /// <param name="mayClimb">Whether <c>..</c> is resolved, as in the target of a link, instead of refused.</param>
    public static string? Normalize(string name, bool mayClimb)
    {
        var parts = new List<string>();
        foreach (var part in name.Split('/'))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part != "..")
            {
                parts.Add(part);
            }
            else if (!mayClimb || parts.Count == 0)
            {
                return null;
            }
            else
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>A name as messages may show it.</summary>
    public static string Printable(string name)
    {
        var shown = name.Length <= 200 ? name : name[..200] + "…";
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}
