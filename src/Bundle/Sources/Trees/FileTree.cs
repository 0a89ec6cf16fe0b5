using Bundle.Faults;
using Bundle.IO;

namespace Bundle.Sources.Trees;

/// <summary>
/// A tree of files that images are read from: a folder, or an archive. Paths are relative, joined by '/'. Nothing outside it is
/// ever read: links that lead on are refused, or resolved within it.
/// </summary>
internal abstract class FileTree
{
    /// <summary>The folder or the archive, for messages.</summary>
    public abstract string Name { get; }

    /// <summary>A path below it, for messages.</summary>
    public abstract string Shown(string path);

    /// <summary>A regular file; null where nothing is there.</summary>
    /// <exception cref="BundleException">Something else is there.</exception>
    public abstract BlobLocation? File(string path);

    /// <summary>Whether a folder is there.</summary>
    public abstract bool HasFolder(string path);

    /// <summary>The names of the folders in a folder, ordinal order; none where it is not there.</summary>
    /// <exception cref="BundleException">One is a link.</exception>
    public abstract IReadOnlyList<string> Folders(string path);

    /// <summary>The folders above files or folders that end in a path, those nearest to the top first; the tree itself is the empty one.</summary>
    /// <param name="end">Such as <c>index.json</c>.</param>
    public abstract IReadOnlyList<string> RootsOf(string end);

    /// <summary>How many folders deep a folder lies; the tree itself does not.</summary>
    public static int DepthOf(string folder) => folder.Length == 0 ? 0 : folder.AsSpan().Count('/') + 1;

    /// <summary>Opens a folder or an archive.</summary>
    /// <exception cref="BundleException">It is not there, or is neither.</exception>
    public static FileTree Open(SourceSet sources, string path, CancellationToken cancellation) => FileStat.Of(path)?.Kind switch
    {
        FileKind.Directory => new FolderTree(path),
        FileKind.Regular => ArchiveTree.Read(sources, path, cancellation),
        null => throw new Fault(FaultId.SourceMissing, $"{path} does not exist") { Entry = path, Hint = "check the path" }.ToException(),
        _ => throw new Fault(FaultId.SourceInvalid, $"{path} is neither a folder nor a file") { Entry = path, Hint = "write an archive to a file first: it is not read in one pass" }.ToException(),
    };

    /// <summary>Reads a small file; null where nothing is there.</summary>
    /// <exception cref="BundleException">It is longer than the limit, or no file.</exception>
    public byte[]? Read(string path, int limit) => File(path)?.ReadAll(limit);

    /// <summary>Joins two parts of a path, of which the first may be empty.</summary>
    public static string Join(string folder, string path) => folder.Length == 0 ? path : folder + "/" + path;

    /// <summary>What is wrong with the tree.</summary>
    protected static BundleException Invalid(string shown, string what, string hint) =>
        new Fault(FaultId.SourceInvalid, $"{shown} {what}") { Entry = shown, Hint = hint }.ToException();
}
