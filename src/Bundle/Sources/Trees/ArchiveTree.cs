using Bundle.Faults;
using Bundle.IO;

namespace Bundle.Sources.Trees;

/// <summary>
/// A tar archive, read in place by the offsets of its entries. Names are looked up, never used as paths of the disk; links
/// lead to other entries of it, or nowhere.
/// </summary>
internal sealed class ArchiveTree : FileTree
{
    private const string Remedy = "do not trust this archive; make it anew";

    private readonly ArchiveFile _archive;
    private readonly Dictionary<string, TarMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _folders = new(StringComparer.Ordinal) { [""] = [] };
    private long _names;

    private ArchiveTree(ArchiveFile archive, CancellationToken cancellation)
    {
        _archive = archive;
        foreach (var member in TarScan.Members(archive, cancellation))
        {
            Add(member);
        }

        foreach (var folder in _folders.Keys.Where(folder => folder.Length > 0).Order(StringComparer.Ordinal))
        {
            _folders[ParentOf(folder)].Add(folder[(folder.LastIndexOf('/') + 1)..]);
        }
    }

    /// <inheritdoc/>
    public override string Name => _archive.Name;

    /// <summary>Opens an archive, plain or compressed; the sources own what is opened for it.</summary>
    /// <exception cref="BundleException">It is none, or damaged, or does not fit when it is decompressed.</exception>
    public static ArchiveTree Read(SourceSet sources, string path, CancellationToken cancellation) =>
        new(sources.Own(ArchiveFile.Open(path, sources.Temporary, cancellation)), cancellation);

    /// <inheritdoc/>
    public override string Shown(string path) => $"{Name}: {path}";

    /// <inheritdoc/>
    public override BlobLocation? File(string path) => Resolve(path, path, 0) is { } member
        ? new ArchiveLocation(_archive, member.Offset, member.Size, Shown(path)) : null;

    /// <inheritdoc/>
    public override bool HasFolder(string path) => _folders.ContainsKey(path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Folders(string path) => _folders.GetValueOrDefault(path) ?? [];

    /// <inheritdoc/>
    public override IReadOnlyList<string> RootsOf(string end) =>
        [.. _members.Keys.Concat(_folders.Keys).Where(path => path == end || path.EndsWith("/" + end, StringComparison.Ordinal))
            .Select(path => path.Length == end.Length ? "" : path[..^(end.Length + 1)]).OrderBy(DepthOf).ThenBy(path => path, StringComparer.Ordinal)];

    private TarMember? Resolve(string path, string asked, int depth)
    {
        if (!_members.TryGetValue(path, out var member))
        {
            return depth > 0 || _folders.ContainsKey(path) ? throw Invalid(Shown(asked), depth > 0 ? "is a link to something that the archive does not have" : "is a folder, not a file", Remedy) : null;
        }

        if (member.Kind == TarKind.File)
        {
            return member;
        }

        if (depth == Limits.ArchiveLinks)
        {
            throw Invalid(Shown(asked), "is a link that leads to links without end", Remedy);
        }

        // A hard link names an entry; a symbolic link is relative to the folder that it is in.
        var folder = member.Kind == TarKind.SymbolicLink ? ParentOf(path) : "";
        var target = member.Link!.StartsWith('/') ? null : TarName.Normalize(folder + "/" + member.Link, mayClimb: true);
        return Resolve(target ?? throw Invalid(Shown(asked), "is a link that leads out of the archive", Remedy), asked, depth + 1);
    }

    private void Add(TarMember member)
    {
        Charge(member.Path);
        Charge(member.Link ?? "");
        if (member.Kind == TarKind.Folder)
        {
            AddFolder(member.Path);
            return;
        }

        AddFolder(ParentOf(member.Path));
        if (_folders.ContainsKey(member.Path) || !_members.TryAdd(member.Path, member))
        {
            throw Invalid(Shown(TarName.Printable(member.Path)), "is there twice, and which one counts is up to whoever reads it", Remedy);
        }
    }

    private void AddFolder(string path)
    {
        for (var folder = path; !_folders.ContainsKey(folder); folder = ParentOf(folder))
        {
            if (_members.ContainsKey(folder))
            {
                throw Invalid(Shown(TarName.Printable(folder)), "is both a file and a folder", Remedy);
            }

            Charge(folder);
            _folders.Add(folder, []);
        }
    }

    private static string ParentOf(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    // An archive of a few MiB can ask for a table of gigabytes.
    private void Charge(string path)
    {
        _names += path.Length;
        if (_names > Limits.ArchiveNames)
        {
            throw Invalid(Name, $"has names of more than {Limits.ArchiveNames} characters together", Remedy);
        }
    }
}
