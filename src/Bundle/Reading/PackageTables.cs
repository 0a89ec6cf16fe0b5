using Bundle.Faults;
using Bundle.Format;

namespace Bundle.Reading;

/// <summary>The two tables at the end of a package, held against its length (spec sections 6 and 7).</summary>
internal sealed class PackageTables
{
    private readonly SeekEntry[] _entries;
    private readonly long[] _offsets;

    private PackageTables(SeekEntry[] entries, long[] offsets, ulong[]? ranges) => (_entries, _offsets, Ranges) = (entries, offsets, ranges);

    /// <summary>How many data frames there are.</summary>
    public int Frames => _entries.Length - 1;

    /// <summary>The length of all data frames.</summary>
    public long DataLength => _offsets[^1];

    /// <summary>The range checksums; null where that frame is damaged.</summary>
    public ulong[]? Ranges { get; }

    /// <summary>A data frame's entry.</summary>
    public SeekEntry this[int frame] => _entries[frame];

    /// <summary>Where a data frame begins in the package.</summary>
    public long OffsetOf(int frame) => _offsets[frame];

    /// <summary>The tables of a file, for a reader that cannot go on without them.</summary>
    /// <exception cref="BundleException">They are damaged, or the frames are cut otherwise than the layout demands.</exception>
    public static PackageTables Require(PackageFile file, PackageLayout layout)
    {
        var tables = ReadFrom(file, layout);
        return tables is not null && tables.Fits(layout) ? tables : throw new Fault(FaultId.SeekTableInvalid, "the package's seek table is damaged, or the package is cut [SEEK-1]")
        {
            Offset = Math.Max(0, file.Length!.Value - SeekTable.Footer),
            Hint = Hints.Damaged,
        }.ToException();
    }

    // Without the part that holds the tables nothing can be found, so every image is hit.
    private static PackageTables? ReadFrom(PackageFile file, PackageLayout layout)
    {
        try
        {
            return file.ReadTables();
        }
        catch (BundleException e) when (e.Fault.Id.Class == FaultClass.Package)
        {
            throw (e.Fault with { Images = [.. layout.Index.Images.SelectMany(image => image.References)] }).ToException(e);
        }
    }

    /// <summary>Takes the entries of a seek table that stands at an offset; null where their sums do not lead there.</summary>
    public static PackageTables? TryMake(SeekEntry[] entries, long seekTableOffset, PackageFile file)
    {
        var offsets = new long[entries.Length];
        long at = 0;
        for (var i = 0; i < entries.Length - 1; i++)
        {
            if (entries[i].Compressed is 0 or > ZstdFrame.MaxLength || entries[i].Content is 0 or > Limits.Frame)
            {
                return null;
            }

            offsets[i] = at;
            at += entries[i].Compressed;
        }

        offsets[^1] = at;
        var last = entries[^1];
        if (last.Content != 0 || last.Checksum != SeekTable.EmptyChecksum || last.Compressed != RangeTable.Length(at) || at + last.Compressed != seekTableOffset)
        {
            return null;
        }

        if (file.Lacks(at, last.Compressed))
        {
            return new PackageTables(entries, offsets, null);
        }

        var ranges = new byte[last.Compressed];
        return new PackageTables(entries, offsets, file.TryRead(ranges, at) ? RangeTable.Read(ranges, at) : null);
    }

    /// <summary>Whether the frames are cut as the layout demands (spec FRAME-3).</summary>
    public bool Fits(PackageLayout layout)
    {
        if (layout.Frames.Count != Frames)
        {
            return false;
        }

        for (var i = 0; i < Frames; i++)
        {
            if (_entries[i].Content != layout.Frames[i].Length)
            {
                return false;
            }
        }

        return true;
    }
}
