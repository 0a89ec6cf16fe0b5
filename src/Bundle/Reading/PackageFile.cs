using Bundle.Access;
using Bundle.Faults;
using Bundle.Format;
using Bundle.IO;

namespace Bundle.Reading;

/// <summary>An opened package: bytes that can be read at any place, with tables at their end, or a stream that is read once.</summary>
internal sealed class PackageFile : IDisposable
{
    private readonly ByteSource? _source;
    private readonly Stream _stream;

    /// <summary>A package whose bytes can be read at any place; the source goes with it.</summary>
    /// <param name="gaps">Where zeros are read in the place of bytes that are not there.</param>
    public PackageFile(ByteSource source, IReadOnlyList<ByteRange>? gaps = null) =>
        (_source, _stream, Name, Gaps) = (source, source.OpenStream(), source.Name, gaps ?? []);

    private PackageFile(Stream stream, string name) => (_stream, Name, Gaps) = (stream, name, []);

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>The package's length; null for a stream.</summary>
    public long? Length => _source?.Length;

    /// <summary>The package's bytes; null for a stream.</summary>
    public ByteSource? Source => _source;

    /// <summary>Where zeros are read in the place of bytes that are not there, in order. A list of parts may claim any length: no work and no memory may go by these.</summary>
    public IReadOnlyList<ByteRange> Gaps { get; }

    /// <summary>Opens a package.</summary>
    /// <param name="tolerant">Whether parts of a split package may be missing: then zeros are read in their place.</param>
    /// <exception cref="BundleException">It cannot be opened.</exception>
    public static PackageFile Open(PackageInput input, bool tolerant = false)
    {
        var (source, stream) = PackageSources.Open(input, tolerant);
        return source is not null ? new PackageFile(source, tolerant ? [.. source.Gaps().Select(gap => gap.Range)] : null) : new PackageFile(stream!, input.Name);
    }

    /// <summary>Opens a package of which single pieces are read; a stream can still come of a server, or of standard input.</summary>
    /// <inheritdoc cref="Open"/>
    /// <exception cref="BundleException">It cannot be opened, or is a pipe or a device.</exception>
    public static PackageFile OpenFile(PackageInput input, bool tolerant = false)
    {
        if (input.Path is { } path)
        {
            RegularFile.Require(path);
        }

        return Open(input, tolerant);
    }

    /// <summary>The frames from the beginning on, in one pass.</summary>
    public FrameStream Frames(FrameStream.Tap? tap = null) => new(_stream, tap) { PassGap = Gaps.Count == 0 ? null : PassGap };

    /// <summary>Whether some bytes of a range are not there.</summary>
    public bool Lacks(long offset, long length) => Gaps.Any(new ByteRange(offset, length).Overlaps);

    /// <summary>Reads a piece of a package with a length; false where it ends before.</summary>
    public bool TryRead(Span<byte> target, long offset) => _source!.TryReadExactly(target, offset);

    /// <summary>Says which frames will be read by <see cref="TryRead"/>, in this order, so that distant ones are fetched ahead.</summary>
    public void Expect(PackageTables tables, IEnumerable<int> frames) =>
        _source!.Expect(frames.Select(frame => new ByteRange(tables.OffsetOf(frame), tables[frame].Compressed)));

    /// <summary>Reads the tables at the end of a package with a length; null where they are damaged, untrue, or not at the end.</summary>
    public PackageTables? ReadTables()
    {
        var footer = new byte[SeekTable.Footer];
        var length = Length ?? 0;
        if (length < SeekTable.Overhead || !TryRead(footer, length - footer.Length) || SeekTable.ReadFooter(footer) is not (> 0 and var count))
        {
            return null;
        }

        var tableLength = SeekTable.Overhead + ((long)count * SeekTable.EntryLength);
        if (tableLength > Math.Min(length, Array.MaxLength) || Lacks(length - tableLength, tableLength))
        {
            return null;
        }

        var table = new byte[tableLength];
        return TryRead(table, length - tableLength) && SeekTable.Read(table) is { } entries
            ? PackageTables.TryMake(entries, length - tableLength, this) : null;
    }

    private long PassGap(long offset)
    {
        var gap = Gaps.FirstOrDefault(gap => gap.Offset <= offset && offset < gap.End, new ByteRange(offset, 0));
        ((SourceStream)_stream).Pass(gap.End - offset);
        return gap.End - offset;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _source?.Dispose();
    }
}
