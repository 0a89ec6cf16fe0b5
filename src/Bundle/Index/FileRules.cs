using System.Text;

namespace Bundle.Index;

/// <summary>The rules of extra files (spec IDX-16, IDX-17).</summary>
public static class FileRules
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a text is a path that a bundle can carry (spec IDX-17).</summary>
    public static bool IsPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length is 0 or > 4096 || Length(path) is < 0 or > 4096)
        {
            return false;
        }

        foreach (var range in path.AsSpan().Split('/'))
        {
            var component = path.AsSpan(range);
            if (component is "" or "." or ".." || Encoding.UTF8.GetByteCount(component) > 255
                || component.ContainsAnyInRange('\0', '\x1F') || component.ContainsAny('\\', '\x7F'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Refuses files that break a rule.</summary>
    internal static void Check(IReadOnlyList<IndexFile> files)
    {
        for (var i = 0; i < files.Count; i++)
        {
            var file = files[i];
            if (!IsPath(file.Path))
            {
                throw IndexFaults.Invalid(IndexFaults.Shown(file.Path) + " is no path for a file [IDX-17]");
            }

            if (i > 0 && Utf8Order.Instance.Compare(files[i - 1].Path, file.Path) >= 0)
            {
                throw IndexFaults.Invalid("files are not in order [IDX-16]");
            }

            if (file.Mode is < 0 or > 0x1FF || file.Size < 0)
            {
                throw IndexFaults.Invalid("mode or size of " + IndexFaults.Shown(file.Path) + " is out of range [IDX-16]");
            }
        }

        CheckParents(files);
    }

    // With '/' before every other character, what is below a path follows it at once.
    private static void CheckParents(IReadOnlyList<IndexFile> files)
    {
        var paths = files.Select(file => file.Path).ToArray();
        Array.Sort(paths, CompareTree);
        for (var i = 1; i < paths.Length; i++)
        {
            if (paths[i].Length > paths[i - 1].Length && paths[i][paths[i - 1].Length] == '/' && paths[i].StartsWith(paths[i - 1], StringComparison.Ordinal))
            {
                throw IndexFaults.Invalid(IndexFaults.Shown(paths[i - 1]) + " is both a file and the parent of one [IDX-17]");
            }
        }
    }

    private static int CompareTree(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        var (a, b) = (left[common], right[common]);
        return a == '/' ? -1 : b == '/' ? 1 : a.CompareTo(b);
    }

    private static int Length(string path)
    {
        try
        {
            return Strict.GetByteCount(path);
        }
        catch (EncoderFallbackException)
        {
            return -1;
        }
    }
}
