using System.Collections.Concurrent;
using Bundle.Faults;
using Bundle.Index;
using Bundle.IO;
using Bundle.Model;

namespace Bundle.Extract;

/// <summary>
/// A docker archive: one file, in which every blob has its place before the first is written. It gets its name when all of it is
/// there and verified.
/// </summary>
internal sealed class DockerArchiveTarget : IExtractTarget
{
    private readonly ExtractOptions _options;
    private readonly BundleIndex _index;
    private readonly IReadOnlyList<IndexImage> _images;
    private readonly List<string> _warnings = [];
    private readonly DockerArchivePlan _plan;
    private readonly AtomicOutput _output;
    private readonly ExtraFilesTarget? _files;
    private readonly ConcurrentDictionary<int, bool> _written = [];

    /// <param name="selected">Images of one platform each.</param>
    /// <exception cref="BundleException">No image can be loaded into docker, or the output cannot be written.</exception>
    public DockerArchiveTarget(ExtractOptions options, BundleIndex index, IReadOnlyList<IndexImage> selected)
    {
        (_options, _index) = (options, index);
        if (!options.Force && Path.Exists(options.To))
        {
            throw AtomicOutput.Exists(options.To).ToException();
        }

        _images = [.. selected.Where(HasRootFileSystem)];
        Warn(selected);
        if (_images.Count == 0)
        {
            throw new Fault(FaultId.ImageUnknown, "none of the images can be loaded into docker: they have no root file system")
            {
                Images = [.. selected.SelectMany(image => image.References)],
                Hint = "extract them with --as dir, registry or oci",
            }.ToException();
        }

        _plan = new DockerArchivePlan(index, _images);
        _output = AtomicOutput.Create(options.To);
        try
        {
            _files = options.FilesTo is { } folder && index.Files.Count > 0 ? new ExtraFilesTarget(folder, index, options.Sync) : null;
        }
        catch
        {
            _output.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Prepare(IProgressSink progress, CancellationToken cancellation)
    {
        _files?.Adopt(cancellation);
        var free = new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(_options.To))!).AvailableFreeSpace;
        if (_plan.Length > free)
        {
            throw new Fault(FaultId.NoSpace, $"{_options.To} needs {_plan.Length} bytes, and {free} are free")
            {
                Entry = _options.To,
                Hint = "free some space, choose another file system, or take fewer images with --image",
            }.ToException();
        }

        RandomAccess.SetLength(_output.Handle, _plan.Length);
    }

    /// <inheritdoc/>
    public bool Needs(int blob) => _plan.Offsets.ContainsKey(blob) && !_written.ContainsKey(blob);

    /// <inheritdoc/>
    public bool NeedsFile(int file) => _files?.Needs(file) ?? false;

    /// <inheritdoc/>
    public IPendingFile Create(int blob) => new PendingPart(_output, _options.Sync, _plan.Offsets[blob], () => _written[blob] = true);

    /// <inheritdoc/>
    public IPendingFile CreateFile(int file) => _files!.Create(file);

    /// <inheritdoc/>
    public void PutSignature(Digest digest, byte[] content)
    {
        // There is no place for it.
    }

    /// <inheritdoc/>
    public void Finish(CancellationToken cancellation)
    {
        var missing = _plan.Offsets.Keys.Where(Needs).ToList();
        if (missing.Count > 0)
        {
            throw LentBlobs.Missing(_index, _images, missing, _options.To).ToException();
        }

        foreach (var (offset, bytes) in _plan.Pieces)
        {
            cancellation.ThrowIfCancellationRequested();
            FileCopy.Write(_output.Handle, bytes, offset);
        }

        if (_options.Sync && _files?.Sync() == false)
        {
            throw SystemError.Last("flush", _options.FilesTo!);
        }

        _output.Commit(_options.Force, _options.Sync);
    }

    /// <inheritdoc/>
    public ExtractResult Result(BundleIndex index, Digest bundleDigest) => new(index, bundleDigest, _images.Count, _written.Count,
        _written.Keys.Sum(blob => index.Blobs[blob].Size), 0, 0, _files is null ? 0 : index.Files.Count, _warnings);

    /// <inheritdoc/>
    public void Dispose()
    {
        _files?.Dispose();
        _output.Dispose();
    }

    private bool HasRootFileSystem(IndexImage image) =>
        _index.Blobs[ImageClosure.Root(_index, image)].Config is { } config && MediaTypes.IsImageConfig(_index.Blobs[config].MediaType);

    private void Warn(IReadOnlyList<IndexImage> selected)
    {
        var left = selected.Except(_images).SelectMany(image => image.References).ToList();
        if (left.Count > 0)
        {
            _warnings.Add($"left out, as docker cannot load what has no root file system: {string.Join(", ", left)}");
        }

        if (_images.Any(image => image.Signatures.Count > 0))
        {
            _warnings.Add("signatures are left out: this form has no place for them (--as dir has)");
        }

        if (_index.Files.Count > 0 && _options is { NoFiles: false, FilesTo: null })
        {
            _warnings.Add("the extra files are left out: --files-to says where they go");
        }
    }

    /// <summary>The place of a blob in the archive, which nobody sees before all of it is there.</summary>
    private sealed class PendingPart(AtomicOutput output, bool flushed, long offset, Action published) : IPendingFile
    {
        public void Write(ReadOnlySpan<byte> data, long at) => FileCopy.Write(output.Handle, data, offset + at, flushed);

        public void Publish() => published();

        public void Dispose()
        {
            // What was written for a blob that failed goes with the whole.
        }
    }
}
