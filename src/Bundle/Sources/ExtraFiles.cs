using Bundle.Faults;
using Bundle.Index;
using Bundle.IO;

namespace Bundle.Sources;

/// <summary>Extra files, such as deploy scripts, with their mode bits; files and folders of the disk go under their own base name.</summary>
internal sealed class ExtraFiles
{
    private const int PermissionBits = 0x1FF; // no setuid, setgid or sticky bit crosses

    private readonly SortedDictionary<string, (IndexFile File, BlobLocation Location)> _files = new(StringComparer.Ordinal);

    public IEnumerable<IndexFile> All => _files.Values.Select(one => one.File);

    /// <summary>Where a file is read.</summary>
    public BlobLocation Locate(string path) => _files[path].Location;

    /// <summary>Adds files and folders.</summary>
    /// <exception cref="BundleException">One is missing, a link, no regular file, or two would have one name.</exception>
    public void Include(IEnumerable<string> includes, CancellationToken cancellation)
    {
        foreach (var include in includes)
        {
            var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(include));
            if (!Path.Exists(full) && new FileInfo(full).LinkTarget is null)
            {
                throw new Fault(FaultId.SourceMissing, $"{include} does not exist") { Entry = include, Hint = "check the path given to --include" }.ToException();
            }

            Add(full, Path.GetFileName(full), cancellation);
        }
    }

    /// <summary>Adds a file; one that is there already with the same content and mode may be added again.</summary>
    /// <exception cref="BundleException">Another one has its name.</exception>
    public void Add(IndexFile file, BlobLocation location)
    {
        if (!_files.TryAdd(file.Path, (file, location)) && _files[file.Path].File != file)
        {
            throw new Fault(FaultId.NameConflict, $"{_files[file.Path].Location.Name} and {location.Name} would both be files/{file.Path}")
            {
                Entry = location.Name,
                Hint = "rename one, or put both into one folder and include that",
            }.ToException();
        }
    }

    private void Add(string path, string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (new FileInfo(path).LinkTarget is { } target)
        {
            throw Invalid(path, $"is a symbolic link to {target}: links are not carried", "include what it points to, or leave it out");
        }

        if (!FileRules.IsPath(name))
        {
            throw Invalid(path, "has a name that a package cannot carry", "a name is valid UTF-8 without control characters and backslashes, at most 255 bytes a part");
        }

        if (Directory.Exists(path))
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
            {
                Add(entry, name + "/" + Path.GetFileName(entry), cancellation);
            }

            return;
        }

        AddFile(path, name, cancellation);
    }

    private void AddFile(string path, string name, CancellationToken cancellation)
    {
        if (FileStat.Of(path) is not { Kind: FileKind.Regular } stat)
        {
            throw Invalid(path, "is no regular file", "leave it out");
        }

        using var handle = File.OpenHandle(path);
        Add(new IndexFile(name, stat.Mode & PermissionBits, stat.Size, FileCopy.Digest(handle, null, cancellation)), new FileLocation(path, 0, stat.Size, stat.Identity));
    }

    private static BundleException Invalid(string path, string what, string hint) =>
        new Fault(FaultId.SourceInvalid, $"{path} {what}") { Entry = path, Hint = hint }.ToException();
}
