using Bundle.Faults;
using Bundle.Index;
using Bundle.IO;
using Bundle.Model;

namespace Bundle.Extract;

/// <summary>
/// What all destinations have in common: blobs that are kept at one or more places below a folder. Each is written once, moved
/// to its first place when it is verified, and linked to the others; what makes an image visible comes last, in <see cref="Reveal"/>.
/// </summary>
internal abstract class FolderTarget : IExtractTarget
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(20);

    private readonly ExtractOptions _options;
    private readonly bool[] _wanted;
    private readonly Places _places;
    private readonly ExtraFilesTarget? _files;
    private int _writtenBlobs;
    private long _writtenBytes;

    protected FolderTarget(ExtractOptions options, BundleIndex index, IReadOnlyList<IndexImage> selected)
    {
        (_options, Index, Selected) = (options, index, selected);
        _wanted = ImageClosure.Reach(index, selected);
        Root = SafeRoot.Open(options.To);
        try
        {
            Staging = Staging.Create(Root, options.Sync);
            _places = new Places(Root, Staging, index, PathOf);
            _files = options.NoFiles || index.Files.Count == 0 ? null : new ExtraFilesTarget(options.FilesTo ?? Path.Combine(options.To, "files"), index, options.Sync);
        }
        catch
        {
            Staging?.Dispose();
            Root.Dispose();
            throw;
        }
    }

    protected BundleIndex Index { get; }

    protected IReadOnlyList<IndexImage> Selected { get; }

    protected SafeRoot Root { get; }

    protected Staging Staging { get; }

    protected Dictionary<Digest, byte[]> Signatures { get; } = [];

    /// <inheritdoc/>
    public void Prepare(IProgressSink progress, CancellationToken cancellation)
    {
        // Another extraction might remove what this one counts on, or lose what it adds to a layout's index.
        if (!NativeMethods.LockOrNone(Root.Handle))
        {
            progress.Start("waiting for another extraction to the same folder", null);
            while (!NativeMethods.LockOrNone(Root.Handle))
            {
                cancellation.ThrowIfCancellationRequested();
                Thread.Sleep(LockPoll);
            }
        }

        for (var blob = 0; blob < _wanted.Length; blob++)
        {
            if (_wanted[blob])
            {
                _places.Add(blob, PlacesOf(blob), LatePlacesOf(blob));
            }
        }

        foreach (var (blob, path) in Elsewhere(blob => _wanted[blob] && !_places.MayBeThere(blob), cancellation))
        {
            _places.AddElsewhere(blob, path);
        }

        _places.Adopt(_options.Threads, progress, cancellation);
        _files?.Adopt(cancellation);
        RequireSpace();
    }

    /// <inheritdoc/>
    public bool Needs(int blob) => _wanted[blob] && !_places.IsValid(blob);

    /// <inheritdoc/>
    public bool NeedsFile(int file) => _files?.Needs(file) ?? false;

    /// <inheritdoc/>
    public IPendingFile Create(int blob)
    {
        var size = Index.Blobs[blob].Size;
        return _places.Create(blob, () =>
        {
            Interlocked.Increment(ref _writtenBlobs);
            Interlocked.Add(ref _writtenBytes, size);
        });
    }

    /// <inheritdoc/>
    public IPendingFile CreateFile(int file) => _files!.Create(file);

    /// <inheritdoc/>
    public void PutSignature(Digest digest, byte[] content)
    {
        lock (Signatures)
        {
            Signatures[digest] = content;
        }
    }

    /// <inheritdoc/>
    public void Finish(CancellationToken cancellation)
    {
        _places.LinkAll(cancellation);
        Sync();
        Reveal(cancellation);
        Sync();
    }

    /// <inheritdoc/>
    public ExtractResult Result(BundleIndex index, Digest bundleDigest)
    {
        var adopted = Enumerable.Range(0, _wanted.Length).Where(blob => _wanted[blob]).ToList();
        return new ExtractResult(index, bundleDigest, Selected.Count, _writtenBlobs, _writtenBytes, adopted.Count - _writtenBlobs,
            adopted.Sum(blob => index.Blobs[blob].Size) - _writtenBytes, _files is null ? 0 : index.Files.Count, [.. Warnings()]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _files?.Dispose();
        Staging.Dispose();
        Root.Dispose();
    }

    /// <summary>The places that a blob has to have, but for <see cref="LatePlacesOf"/>, in numbers of the destination's own, from 0.</summary>
    protected virtual IReadOnlyList<int> PlacesOf(int blob) => [0];

    /// <summary>The places that <see cref="Reveal"/> gives a blob.</summary>
    protected virtual IReadOnlyList<int> LatePlacesOf(int blob) => [];

    /// <summary>The path of a blob's place.</summary>
    protected abstract string PathOf(int blob, int place);

    /// <summary>Further places below the folder where blobs may be that have none of their own yet; other images left them there.</summary>
    protected virtual IEnumerable<(int Blob, string Path)> Elsewhere(Predicate<int> lacks, CancellationToken cancellation) => [];

    /// <summary>Writes what makes the images visible.</summary>
    protected abstract void Reveal(CancellationToken cancellation);

    /// <summary>What could not be carried over.</summary>
    protected virtual IEnumerable<string> Warnings() => Selected.Any(image => image.Signatures.Count > 0)
        ? ["signatures are left out: this form has no place for them (--as dir has)"] : [];

    /// <summary>Gives a blob one more name, in the place of whatever file has that.</summary>
    protected void Place(int blob, int place) => _places.Link(blob, place);

    /// <summary>Writes a small file, unless it is there with that content.</summary>
    protected void WriteSmall(string path, ReadOnlySpan<byte> content)
    {
        using (var existing = Root.OpenRead(path))
        {
            if (existing is not null && Holds(existing, content))
            {
                return;
            }
        }

        using var file = new PendingFile(Root, Staging, path, Places.FileMode, content.Length, null);
        FileCopy.Write(file.Handle, content, 0);
        file.Publish();
    }

    private static bool Holds(Microsoft.Win32.SafeHandles.SafeFileHandle file, ReadOnlySpan<byte> content)
    {
        var bytes = new byte[content.Length + 1];
        return RandomAccess.Read(file, bytes, 0) == content.Length && content.SequenceEqual(bytes.AsSpan(0, content.Length));
    }

    private void RequireSpace()
    {
        var blobs = _places.SpaceNeeded;
        var files = _files?.SpaceNeeded ?? 0;
        var together = _files is null || _files.Device == FileStat.Of(Root.Handle).Identity.Device;
        Require(Root, blobs + (together ? files : 0));
        if (!together)
        {
            Require(_files!.Root, files);
        }
    }

    private static void Require(SafeRoot root, long needed)
    {
        var free = root.FreeSpace;
        if (needed > free)
        {
            throw new Fault(FaultId.NoSpace, $"{root.Path} needs {needed} bytes more, and {free} are free: {needed - free} are missing")
            {
                Entry = root.Path,
                Hint = "free some space, choose another file system, or take fewer images with --image",
            }.ToException();
        }
    }

    private void Sync()
    {
        if (_options.Sync && (NativeMethods.SyncFileSystem(Root.Handle) != 0 || _files?.Sync() == false))
        {
            throw SystemError.Last("flush", Root.Path);
        }
    }
}
