using Bundle.Index;
using Bundle.IO;

namespace Bundle.Extract;

/// <summary>Where the extra files go, each with its own mode.</summary>
internal sealed class ExtraFilesTarget : IDisposable
{
    private readonly BundleIndex _index;
    private readonly Staging _staging;
    private readonly bool[] _valid;

    public ExtraFilesTarget(string path, BundleIndex index, bool flushed)
    {
        _index = index;
        _valid = new bool[index.Files.Count];
        Root = SafeRoot.Open(path);
        _staging = Staging.Create(Root, flushed);
    }

    public SafeRoot Root { get; }

    public ulong Device => FileStat.Of(Root.Handle).Identity.Device;

    /// <summary>The bytes that writing what is missing takes.</summary>
    public long SpaceNeeded => _index.Files.Where((_, i) => !_valid[i]).Sum(file => Places.Blocks(file.Size));

    /// <summary>Finds what is there already with the right content and mode.</summary>
    public void Adopt(CancellationToken cancellation)
    {
        for (var i = 0; i < _valid.Length; i++)
        {
            var file = _index.Files[i];
            if (Root.Stat(file.Path) is { Kind: FileKind.Regular } stat && stat.Size == file.Size && stat.Mode == file.Mode)
            {
                using var handle = Root.OpenRead(file.Path);
                _valid[i] = handle is not null && FileCopy.Digest(handle, null, cancellation) == file.Digest;
            }
        }
    }

    public bool Needs(int file) => !_valid[file];

    public IPendingFile Create(int file) =>
        new PendingFile(Root, _staging, _index.Files[file].Path, _index.Files[file].Mode, _index.Files[file].Size, null);

    public bool Sync() => NativeMethods.SyncFileSystem(Root.Handle) == 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        _staging.Dispose();
        Root.Dispose();
    }
}
