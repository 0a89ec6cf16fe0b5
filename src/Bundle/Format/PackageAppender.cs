namespace Bundle.Format;

/// <summary>Takes finished frames in order, and ends the package with both of its tables.</summary>
/// <param name="write">Receives the package's bytes, in order.</param>
public sealed class PackageAppender(Action<ReadOnlyMemory<byte>> write)
{
    private readonly RangeHasher _ranges = new();
    private readonly List<SeekEntry> _seek = [];

    /// <summary>The bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>Adds a data frame.</summary>
    public void Append(ReadOnlyMemory<byte> frame, int contentLength)
    {
        _ranges.Append(frame.Span);
        _seek.Add(new SeekEntry((uint)frame.Length, (uint)contentLength, ZstdFrame.StatedChecksum(frame.Span)));
        Put(frame);
    }

    /// <summary>Adds the range checksums and the seek table.</summary>
    public void Finish()
    {
        var ranges = RangeTable.Write(_ranges.Length, _ranges.Finish());
        _seek.Add(new SeekEntry((uint)ranges.Length, 0, SeekTable.EmptyChecksum));
        Put(ranges);
        Put(SeekTable.Write(_seek));
    }

    private void Put(ReadOnlyMemory<byte> bytes)
    {
        write(bytes);
        Length += bytes.Length;
    }
}
