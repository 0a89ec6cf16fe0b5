using System.Buffers.Binary;
using Bundle.Format;
using Bundle.Reading;

namespace Bundle.Fuzz.Targets;

/// <summary>Frames and the two tables. Every frame is given the checksum that its content has, so that decoders meet it; what ours takes, libzstd has to take as the same.</summary>
internal static class FramesTarget
{
    private static readonly byte[] Ours = new byte[Limits.Frame], Theirs = new byte[Limits.Frame + 1];

    public static void Run(byte[] bytes)
    {
        Walk(bytes);
        Tables(bytes);
    }

    private static void Walk(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        using var codec = new FrameCodec();
        var frames = new FrameStream(stream);
        while (!frames.IsOver)
        {
            var at = frames.Position;
            if (frames.Read(out var frame) == FrameStatus.Data)
            {
                Compare(codec, frame.ToArray());
            }
            else if (frames.Skip() == 0)
            {
                break;
            }

            Target.Require(frames.Position > at, "no step forward");
        }

        Target.Require(frames.Ranges.Length == frames.Position && frames.Position <= bytes.Length, "bytes went past the range checksums");
    }

    private static void Compare(FrameCodec codec, byte[] frame)
    {
        Target.Require(ZstdFrame.Measure(frame, out var content, out _) == frame.Length, "a frame that was read is not measured so");
        var theirs = LibZstd.Decompress(frame, Theirs);
        if (theirs >= 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(frame.Length - 4), ZstdFrame.ContentChecksum(Theirs.AsSpan(0, (int)theirs)));
        }

        var ours = codec.TryDecompress(frame, Ours.AsSpan(0, content));

        // What no compressor makes, versions of the decoder read in different ways, and the checksum decides: that ours refuses it is right.
        Target.Require(!ours || theirs == content, $"a frame of {content} bytes is taken, and libzstd says {theirs}");
        Target.Require(!ours || Ours.AsSpan(0, content).SequenceEqual(Theirs.AsSpan(0, content)), "a frame is read otherwise than by libzstd");
    }

    private static void Tables(byte[] bytes)
    {
        if (SeekTable.Read(bytes) is { } entries)
        {
            Target.Require(SeekTable.Write(entries).AsSpan().SequenceEqual(bytes), "a seek table was accepted that would be written otherwise");
        }

        if (bytes.Length >= RangeTable.Header)
        {
            var length = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)) & long.MaxValue;
            if (RangeTable.Read(bytes, length) is { } ranges)
            {
                Target.Require(RangeTable.Write(length, ranges).AsSpan().SequenceEqual(bytes), "range checksums were accepted that would be written otherwise");
            }
        }

        using var file = PackageFile.Open(PackageInput.File(Scratch.Write("frames", bytes)));
        if (file.ReadTables() is { } tables)
        {
            Target.Require(tables.DataLength < bytes.Length && tables.OffsetOf(tables.Frames - 1) + tables[tables.Frames - 1].Compressed == tables.DataLength, "tables lead outside the file");
        }
    }
}
