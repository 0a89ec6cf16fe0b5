using Xunit;

namespace Bundle.Tests.Support;

/// <summary>The files below a folder with their bytes: what has to come out, whatever happens on the way.</summary>
internal sealed class Tree
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    private Tree()
    {
    }

    /// <summary>What is there now; nothing where the folder is not.</summary>
    public static Tree Of(string folder)
    {
        var tree = new Tree();
        foreach (var path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", Everything) : [])
        {
            tree._files.Add(Path.GetRelativePath(folder, path), File.ReadAllBytes(path));
        }

        return tree;
    }

    /// <summary>The files, by their paths from the folder on.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>What is private to a run, by its name.</summary>
    public IEnumerable<string> Temporary => _files.Keys.Where(path => path.Contains(".bundle-", StringComparison.Ordinal));

    /// <summary>The files with final names alone.</summary>
    public Tree Public() => Where(name => !name.Contains(".bundle-", StringComparison.Ordinal));

    /// <summary>The files of some names alone.</summary>
    public Tree Where(Func<string, bool> wanted) => From(_files.Where(one => wanted(one.Key)));

    /// <summary>The same names with other content.</summary>
    public Tree Select(Func<string, byte[], byte[]> content) => From(_files.Select(one => KeyValuePair.Create(one.Key, content(one.Key, one.Value))));

    /// <summary>Every file that has its final name has its final bytes.</summary>
    public void IsPartOf(Tree whole, string what)
    {
        foreach (var (path, bytes) in _files.Where(one => !one.Key.Contains(".bundle-", StringComparison.Ordinal)))
        {
            Assert.True(whole._files.TryGetValue(path, out var expected), $"{what}: {path} should not be there");
            Assert.True(bytes.AsSpan().SequenceEqual(expected), $"{what}: wrong bytes in {path}");
        }
    }

    /// <summary>Whether these are the same files.</summary>
    public bool Holds(Tree other) =>
        _files.Keys.SequenceEqual(other._files.Keys) && _files.All(one => one.Value.AsSpan().SequenceEqual(other._files[one.Key]));

    /// <summary>The same files, and nothing else.</summary>
    public void Is(Tree whole, string what)
    {
        Assert.True(_files.Keys.SequenceEqual(whole._files.Keys), $"{what}: {string.Join(", ", _files.Keys.Except(whole._files.Keys))} too many, {string.Join(", ", whole._files.Keys.Except(_files.Keys))} missing");
        IsPartOf(whole, what);
    }

    private static Tree From(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        var tree = new Tree();
        foreach (var (path, bytes) in files)
        {
            tree._files.Add(path, bytes);
        }

        return tree;
    }
}
