using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Reading;

/// <summary>
/// Random access to a package in a file: any blob, signature or file, or a range of one, without the rest. Any number of
/// threads may ask at once; each stream is for one of them, and is disposed of before the reader.
/// </summary>
public sealed class PackageReader : IDisposable
{
    private readonly PackageFile _file;
    private readonly FrameReader _frames;
    private readonly SharedFrames _shared;
    private readonly int[] _frameOf;
    private readonly int[] _entryOfBlob;

    private PackageReader(PackageFile file, PackageHead head, PackageLayout layout)
    {
        (_file, IndexBytes, BundleDigest, Layout) = (file, head.IndexBytes, head.BundleDigest, layout);
        _frames = new FrameReader(file, layout, PackageTables.Require(file, layout));
        _shared = new SharedFrames(_frames);
        _frameOf = FramesOfEntries(layout);
        _entryOfBlob = new int[layout.Index.Blobs.Count];
        Array.Fill(_entryOfBlob, -1);
        for (var entry = 0; entry < layout.Entries.Count; entry++)
        {
            if (layout.Entries[entry] is { Kind: EntryKind.Blob } blob)
            {
                _entryOfBlob[blob.Number] = entry;
            }
        }
    }

    /// <summary>What the package holds.</summary>
    public BundleIndex Index => Layout.Index;

    /// <summary>bundle.json as it stands in the package.</summary>
    public byte[] IndexBytes { get; }

    /// <summary>The sha256 of the index.</summary>
    public Digest BundleDigest { get; }

    /// <summary>The entries and frames.</summary>
    public PackageLayout Layout { get; }

    /// <summary>What messages call the package.</summary>
    public string Name => _file.Name;

    /// <summary>The package's bytes.</summary>
    public long Size => _file.Length!.Value;

    /// <summary>Opens a package in a file.</summary>
    /// <exception cref="BundleException">It cannot be opened, is no bundle, has a damaged head or tables, or is a stream.</exception>
    public static PackageReader Open(PackageInput input)
    {
        var file = PackageFile.OpenFile(input);
        try
        {
            if (file.Length is null)
            {
                throw new Fault(FaultId.Io, $"{file.Name} can only be read from its beginning to its end, and this needs single pieces of it")
                {
                    Hint = "write the package to a file first",
                }.ToException();
            }

            var head = PackageHead.Read(file.Frames());
            return new PackageReader(file, head, new PackageLayout(head));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The entry of a blob; null where its data is not in the package.</summary>
    public int? EntryOf(int blob) => _entryOfBlob[blob] is >= 0 and var entry ? entry : null;

    /// <summary>A blob's data as <see cref="OpenEntry(int)"/> gives it; null where it is not in the package.</summary>
    /// <exception cref="BundleException">It is damaged, or cannot be read.</exception>
    public Stream? OpenBlob(int blob) => EntryOf(blob) is { } entry ? OpenEntry(entry) : null;

    /// <summary>
    /// An entry's data. Reading throws before the last of it is handed out where size and digest do not hold, so whoever
    /// reaches the end has the right bytes.
    /// </summary>
    /// <exception cref="BundleException">It is damaged, or cannot be read.</exception>
    public Stream OpenEntry(int entry) => OpenEntry(entry, 0, Layout.Entries[entry].Size);

    /// <summary>A range of an entry's data; less than the whole of a large entry is held against its frames' checksums alone.</summary>
    /// <exception cref="BundleException">It is damaged, or cannot be read.</exception>
    public Stream OpenEntry(int entry, long offset, long length)
    {
        var size = Layout.Entries[entry].Size;
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, size - length);
        if (Layout.Entries[entry] is { IsLarge: true, IsDerived: false })
        {
            return new LargeEntryStream(_frames, entry, _frameOf[entry], offset, length);
        }

        ArraySegment<byte> data = Layout.Entries[entry].IsDerived ? Layout.DerivedData(entry).ToArray() : _shared.Read(_frameOf[entry], entry);
        return new MemoryStream(data.Array!, data.Offset + (int)offset, (int)length, writable: false);
    }

    /// <summary>A blob's whole data, verified; null where it is not in the package. For what fits into memory, such as manifests.</summary>
    /// <exception cref="BundleException">It is damaged, cannot be read, or is larger than a manifest may be.</exception>
    public byte[]? ReadBlob(int blob)
    {
        if (Index.Blobs[blob].Size > Limits.Manifest)
        {
            throw new Fault(FaultId.LimitExceeded, $"{Index.Blobs[blob].Digest} of {Index.Blobs[blob].Size} bytes is too large for memory").ToException();
        }

        using var stream = OpenBlob(blob);
        if (stream is null)
        {
            return null;
        }

        var bytes = new byte[Index.Blobs[blob].Size];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frames.Dispose();
        _file.Dispose();
    }

    // For each entry, the frame that a small one's data is in, or that a large one's data begins with.
    private static int[] FramesOfEntries(PackageLayout layout)
    {
        var frames = new int[layout.Entries.Count];
        for (var number = 0; number < layout.Frames.Count; number++)
        {
            var frame = layout.Frames[number];
            if (frame.DataOffset == 0)
            {
                frames[frame.FirstEntry] = number;
            }

            for (var entry = frame.FirstEntry; entry < frame.FirstEntry + frame.EntryCount; entry++)
            {
                frames[entry] = number;
            }
        }

        return frames;
    }
}
