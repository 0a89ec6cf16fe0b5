using Bundle.Index;
using Bundle.IO;

namespace Bundle.Extract;

/// <summary>
/// The places that blobs have to have below a folder, and which of them hold the right content. A place is a number, as there can be
/// hundreds of thousands: one of the destination's own, or below zero that of a path that is kept here.
/// </summary>
/// <param name="pathOf">The path of a blob's place that is the destination's own.</param>
internal sealed class Places(SafeRoot root, Staging staging, BundleIndex index, Func<int, int, string> pathOf)
{
    /// <summary>The mode of every file but extra ones.</summary>
    public const int FileMode = 0x1A4; // 0644

    private const long Block = 4096;

    private const int Nowhere = int.MinValue;

    private readonly Dictionary<int, IReadOnlyList<int>> _places = [];
    private readonly Dictionary<int, IReadOnlyList<int>> _late = [];
    private readonly List<(int Blob, int Place)> _elsewhere = [];
    private readonly List<string> _otherPaths = [];
    private readonly HashSet<(int Blob, int Place)> _right = [];

    // For each blob a place where it is verified.
    private readonly int[] _valid = [.. Enumerable.Repeat(Nowhere, index.Blobs.Count)];

    /// <summary>The bytes that writing what is missing takes, in whole blocks of the file system.</summary>
    public long SpaceNeeded { get; private set; }

    /// <summary>Notes the places that a blob has to have, and those that it gets last of all, by <see cref="Link"/>; what is there already counts.</summary>
    public void Add(int blob, IReadOnlyList<int> places, IReadOnlyList<int> late)
    {
        if (places.Count > 0)
        {
            _places.Add(blob, places);
        }

        if (late.Count > 0)
        {
            _late.Add(blob, late);
        }
    }

    /// <summary>Notes a path of somebody else's where a blob may be already.</summary>
    public void AddElsewhere(int blob, string path) => _elsewhere.Add((blob, OtherPlace(path)));

    /// <summary>Whether something of a blob's size is at any of its places.</summary>
    public bool MayBeThere(int blob) =>
        (_places.GetValueOrDefault(blob) ?? []).Concat(_late.GetValueOrDefault(blob) ?? []).Any(place => Fits(blob, place) is not null);

    /// <summary>Whether a blob is somewhere, verified.</summary>
    public bool IsValid(int blob) => Volatile.Read(ref _valid[blob]) != Nowhere;

    /// <summary>Hashes what is there already, each file once whatever its names.</summary>
    public void Adopt(int threads, IProgressSink progress, CancellationToken cancellation)
    {
        var found = new Dictionary<FileIdentity, (int Blob, List<int> Places)>();
        var listed = _places.Concat(_late).SelectMany(pair => pair.Value, (pair, place) => (Blob: pair.Key, Place: place));
        foreach (var (blob, place) in listed.Concat(_elsewhere))
        {
            if (Fits(blob, place) is { } stat && !found.TryAdd(stat.Identity, (blob, [place])) && found[stat.Identity].Blob == blob)
            {
                found[stat.Identity].Places.Add(place);
            }
        }

        if (found.Count > 0)
        {
            progress.Start("checking what is there", found.Values.Sum(one => index.Blobs[one.Blob].Size));
            Parallel.ForEach(found.Values, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, one => Check(one.Blob, one.Places, progress, cancellation));
        }

        var copies = !CanLink();
        SpaceNeeded = _places.Sum(pair => Blocks(index.Blobs[pair.Key].Size) * (copies ? pair.Value.Count(place => !_right.Contains((pair.Key, place))) : IsValid(pair.Key) ? 0 : 1));
    }

    /// <summary>Begins a blob; its first place is where it will be, or a private one where it has none.</summary>
    public IPendingFile Create(int blob, Action published)
    {
        var place = _places.TryGetValue(blob, out var places) ? places[0] : OtherPlace(staging.NewPath());
        return new PendingFile(root, staging, PathOf(blob, place), FileMode, index.Blobs[blob].Size, () =>
        {
            Note(blob, place);
            published();
        });
    }

    /// <summary>Gives every blob all its names.</summary>
    public void LinkAll(CancellationToken cancellation)
    {
        foreach (var (blob, places) in _places)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var place in places)
            {
                Link(blob, place);
            }
        }
    }

    /// <summary>Gives a blob one more name; a copy where the file system cannot link.</summary>
    public void Link(int blob, int place)
    {
        if (_right.Contains((blob, place)))
        {
            return;
        }

        var (from, path) = (PathOf(blob, _valid[blob]), PathOf(blob, place));
        if (root.TryLink(from, path, staging.NewPath()))
        {
            return;
        }

        using var source = root.OpenRead(from) ?? throw SystemError.Of(NativeMethods.ENOENT, "copy", root.Shown(from));
        using var copy = new PendingFile(root, staging, path, FileMode, index.Blobs[blob].Size, null);
        FileCopy.All(source, copy.Handle);
        copy.Publish();

        // A file that has all the names that it may have is followed by its copy.
        _valid[blob] = place;
    }

    /// <summary>Rounds up to whole blocks.</summary>
    public static long Blocks(long size) => (size + Block - 1) / Block * Block;

    private string PathOf(int blob, int place)
    {
        if (place >= 0)
        {
            return pathOf(blob, place);
        }

        lock (_otherPaths)
        {
            return _otherPaths[~place];
        }
    }

    private int OtherPlace(string path)
    {
        lock (_otherPaths)
        {
            _otherPaths.Add(path);
            return ~(_otherPaths.Count - 1);
        }
    }

    private FileStat? Fits(int blob, int place) =>
        root.Stat(PathOf(blob, place)) is { Kind: FileKind.Regular } stat && stat.Size == index.Blobs[blob].Size ? stat : null;

    private void Check(int blob, List<int> places, IProgressSink progress, CancellationToken cancellation)
    {
        using var file = root.OpenRead(PathOf(blob, places[0]));
        if (file is null || FileCopy.Digest(file, progress.Advance, cancellation) != index.Blobs[blob].Digest)
        {
            return;
        }

        foreach (var place in places)
        {
            Note(blob, place);
        }
    }

    private void Note(int blob, int place)
    {
        Interlocked.CompareExchange(ref _valid[blob], place, Nowhere);
        lock (_right)
        {
            _right.Add((blob, place));
        }
    }

    private bool CanLink()
    {
        if (_places.Values.All(places => places.Count == 1))
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
