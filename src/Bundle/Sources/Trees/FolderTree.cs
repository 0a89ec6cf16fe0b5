using Bundle.IO;

namespace Bundle.Sources.Trees;

/// <summary>A folder on the disk. Its own path may lead through links, as it is the user's; below it none is followed.</summary>
internal sealed class FolderTree(string folder) : FileTree
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, RecurseSubdirectories = false };

    private readonly string _root = Path.TrimEndingDirectorySeparator(folder);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal) { "" };

    /// <inheritdoc/>
    public override string Name => _root;

    /// <inheritdoc/>
    public override string Shown(string path) => Path.Combine(_root, path);

    /// <inheritdoc/>
    public override BlobLocation? File(string path)
    {
        var slash = path.LastIndexOf('/');
        if (!HasFolder(slash < 0 ? "" : path[..slash]) || FileStat.OfLink(Shown(path)) is not { } stat)
        {
            return null;
        }

        return stat.Kind switch
        {
            FileKind.Regular => new FileLocation(Shown(path), 0, stat.Size, stat.Identity),
            FileKind.SymbolicLink => throw Link(path),
            _ => throw Invalid(Shown(path), "is no regular file", "copy the images again"),
        };
    }

    /// <inheritdoc/>
    public override bool HasFolder(string path)
    {
        if (_known.Contains(path))
        {
            return true;
        }

        var slash = path.LastIndexOf('/');
        if (!HasFolder(slash < 0 ? "" : path[..slash]) || FileStat.OfLink(Shown(path)) is not { } stat)
        {
            return false;
        }

        if (stat.Kind == FileKind.SymbolicLink)
        {
            throw Link(path);
        }

        return stat.Kind == FileKind.Directory && _known.Add(path);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Folders(string path)
    {
        if (!HasFolder(path))
        {
            return [];
        }

        var names = new List<string>();
        foreach (var one in new DirectoryInfo(Shown(path)).EnumerateDirectories("*", Everything))
        {
            names.Add(one.LinkTarget is null ? one.Name : throw Link(FileTree.Join(path, one.Name)));
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> RootsOf(string end) => FileStat.OfLink(Shown(end)) is { Kind: FileKind.Regular or FileKind.Directory } ? [""] : [];

    private Faults.BundleException Link(string path) => Invalid(Shown(path), "is a symbolic link, and not followed", "put what it points to in its place: cp -rL makes such a copy");
}
