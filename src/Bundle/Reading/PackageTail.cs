using Bundle.Faults;
using Bundle.Format;

namespace Bundle.Reading;

/// <summary>What stands behind the data of a package that is read in one pass.</summary>
/// <param name="Size">The package's whole length.</param>
/// <param name="Ranges">The range checksums; null where they are damaged or missing.</param>
internal sealed record PackageTail(long Size, ulong[]? Ranges, IReadOnlyList<Fault> Faults)
{
    // Damage upstream may have hidden frames from us, so a seek table may be longer than what was seen.
    private const int Slack = 4096;

    /// <summary>Reads to the end of the input.</summary>
    /// <param name="status">Why the data is over.</param>
    /// <param name="clean">Whether every frame before was whole, so that the seek table must be exactly what was seen.</param>
    public static PackageTail Read(FrameStream frames, FrameStatus status, bool clean)
    {
        var dataLength = frames.Position;
        if (status != FrameStatus.Tables)
        {
            _ = frames.ReadRest(ZstdFrame.MaxLength);
            return new PackageTail(frames.Position, null, [Truncated(dataLength, frames.Position - dataLength)]);
        }

        var rangeLength = RangeTable.Length(dataLength);
        var limit = rangeLength + SeekTable.Overhead + (SeekTable.EntryLength * (long)(frames.Seen.Count + Slack));
        var rest = frames.ReadRest(Math.Min(limit, Array.MaxLength));
        if (rest is null)
        {
            return new PackageTail(frames.Position, null, [Trailing(dataLength + limit, 1)]);
        }

        var faults = new List<Fault>();
        var ranges = rest.Length < rangeLength ? null : RangeTable.Read(rest.AsSpan(0, (int)rangeLength), dataLength);
        if (ranges is null)
        {
            faults.Add(new Fault(FaultId.RangeTableInvalid, "the range checksums are malformed or cut [RANGE-1]")
            {
                Offset = dataLength,
                Length = Math.Min(rest.Length, rangeLength),
            });
        }

        if (CheckSeekTable(rest, frames.Seen, rangeLength, dataLength, clean) is { } fault)
        {
            faults.Add(fault);
        }

        return new PackageTail(frames.Position, ranges, faults);
    }

    private static Fault? CheckSeekTable(byte[] rest, List<SeekEntry> seen, long rangeLength, long dataLength, bool clean)
    {
        var table = rest.AsSpan((int)Math.Min(rest.Length, rangeLength));
        var offset = dataLength + rest.Length - table.Length;
        var expected = SeekTable.Write([.. seen, new SeekEntry((uint)rangeLength, 0, SeekTable.EmptyChecksum)]);
        if (table.SequenceEqual(expected))
        {
            return null;
        }

        if (table.Length < expected.Length && expected.AsSpan().StartsWith(table))
        {
            return Truncated(offset, table.Length);
        }

        if (table.StartsWith(expected))
        {
            return Trailing(offset + expected.Length, table.Length - expected.Length);
        }

        return clean || SeekTable.Read(table) is null
            ? new Fault(FaultId.SeekTableInvalid, "the seek table is damaged or untrue [SEEK-1]") { Offset = offset, Length = table.Length } : null;
    }

    private static Fault Truncated(long offset, long length) => new(FaultId.Truncated, "the package ends too early")
    {
        Offset = offset,
        Length = length,
        Hint = Hints.Again,
    };

    private static Fault Trailing(long offset, long length) =>
        new(FaultId.TrailingBytes, "something follows the end of the package [PKG-1]") { Offset = offset, Length = length };
}
