using System.Collections.Concurrent;
using Bundle.Index;
using Bundle.IO;

namespace Bundle.Extract;

/// <summary>The paths that blobs have to have below a folder, and which of them hold the right content.</summary>
internal sealed class Places(SafeRoot root, Staging staging, BundleIndex index)
{
    /// <summary>The mode of every file but extra ones.</summary>
    public const int FileMode = 0x1A4; // 0644

    private const long Block = 4096;

    private readonly Dictionary<int, List<string>> _paths = [];
    private readonly Dictionary<int, List<string>> _known = [];
    private readonly ConcurrentDictionary<int, string> _valid = [];
    private readonly HashSet<(int Blob, string Path)> _right = [];

    /// <summary>The bytes that writing what is missing takes, in whole blocks of the file system.</summary>
    public long SpaceNeeded { get; private set; }

    /// <summary>Notes a path that a blob has to have.</summary>
    public void Add(int blob, string path)
    {
        if (!_paths.TryGetValue(blob, out var paths))
        {
            _paths.Add(blob, paths = []);
        }

        paths.Add(path);
    }

    /// <summary>Notes a path where a blob may be already: one that it gets last of all, by <see cref="Link"/>, or one of somebody else's.</summary>
    public void AddKnown(int blob, string path)
    {
        if (!_known.TryGetValue(blob, out var paths))
        {
            _known.Add(blob, paths = []);
        }

        paths.Add(path);
    }

    /// <summary>Whether something of a blob's size is at any of its paths.</summary>
    public bool MayBeThere(int blob) => (_paths.GetValueOrDefault(blob) ?? []).Concat(_known.GetValueOrDefault(blob) ?? []).Any(path => Fits(blob, path) is not null);

    /// <summary>Whether a blob is somewhere, verified.</summary>
    public bool IsValid(int blob) => _valid.ContainsKey(blob);

    /// <summary>Hashes what is there already, each file once whatever its names.</summary>
    public void Adopt(int threads, IProgressSink progress, CancellationToken cancellation)
    {
        var found = new Dictionary<FileIdentity, (int Blob, List<string> Paths)>();
        foreach (var (blob, paths) in _paths.Concat(_known))
        {
            foreach (var path in paths)
            {
                if (Fits(blob, path) is { } stat)
                {
                    if (found.TryAdd(stat.Identity, (blob, [path])) || found[stat.Identity].Blob != blob)
                    {
                        continue;
                    }

                    found[stat.Identity].Paths.Add(path);
                }
            }
        }

        if (found.Count > 0)
        {
            progress.Start("checking what is there", found.Values.Sum(one => index.Blobs[one.Blob].Size));
            Parallel.ForEach(found.Values, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, one => Check(one.Blob, one.Paths, progress, cancellation));
        }

        var copies = !CanLink();
        SpaceNeeded = _paths.Sum(pair => Blocks(index.Blobs[pair.Key].Size) * (copies ? pair.Value.Count(path => !_right.Contains((pair.Key, path))) : IsValid(pair.Key) ? 0 : 1));
    }

    /// <summary>Begins a blob; its first place is where it will be, or a private one where it has none.</summary>
    public IPendingFile Create(int blob, Action published)
    {
        var path = _paths.TryGetValue(blob, out var paths) ? paths[0] : staging.NewPath();
        return new PendingFile(root, staging, path, FileMode, index.Blobs[blob].Size, () =>
        {
            Note(blob, path);
            published();
        });
    }

    /// <summary>Gives every blob all its names.</summary>
    public void LinkAll(CancellationToken cancellation)
    {
        foreach (var (blob, paths) in _paths)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var path in paths)
            {
                Link(blob, path);
            }
        }
    }

    /// <summary>Gives a blob one more name; a copy where the file system cannot link.</summary>
    public void Link(int blob, string path)
    {
        var from = _valid[blob];
        if (_right.Contains((blob, path)) || root.TryLink(from, path, staging.NewPath()))
        {
            return;
        }

        using var source = root.OpenRead(from) ?? throw SystemError.Of(NativeMethods.ENOENT, "copy", root.Shown(from));
        using var copy = new PendingFile(root, staging, path, FileMode, index.Blobs[blob].Size, null);
        FileCopy.All(source, copy.Handle);
        copy.Publish();

        // A file that has all the names that it may have is followed by its copy.
        _valid[blob] = path;
    }

    /// <summary>Rounds up to whole blocks.</summary>
    public static long Blocks(long size) => (size + Block - 1) / Block * Block;

    private FileStat? Fits(int blob, string path) =>
        root.Stat(path) is { Kind: FileKind.Regular } stat && stat.Size == index.Blobs[blob].Size ? stat : null;

    private void Check(int blob, List<string> paths, IProgressSink progress, CancellationToken cancellation)
    {
        using var file = root.OpenRead(paths[0]);
        if (file is null || FileCopy.Digest(file, progress.Advance, cancellation) != index.Blobs[blob].Digest)
        {
            return;
        }

        foreach (var path in paths)
        {
            Note(blob, path);
        }
    }

    private void Note(int blob, string path)
    {
        _valid.TryAdd(blob, path);
        lock (_right)
        {
            _right.Add((blob, path));
        }
    }

    private bool CanLink()
    {
        if (_paths.Values.All(paths => paths.Count == 1))
        {
            return true;
        }

        var (first, second) = (staging.NewPath(), staging.NewPath());
        root.CreateNew(first).Dispose();
        var linked = root.TryLink(first, second, staging.NewPath());
        root.Remove(first);
        root.Remove(second);
        return linked;
    }
}
