using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;

namespace Bundle.Fuzz.Targets;

/// <summary>
/// A tar stream, which is put into frames with every checksum true: so changes get past them, to what is behind. It is
/// cut as its own index demands where that can be read.
/// </summary>
internal static class StreamTarget
{
    public static void Run(byte[] stream) => VerifyTarget.Whole(Wrap(stream));

    private static byte[] Wrap(byte[] stream)
    {
        using var codec = new FrameCodec(1);
        using var package = new MemoryStream();
        var ranges = new RangeHasher();
        var seek = new List<SeekEntry>();
        var target = new byte[ZstdFrame.MaxLength];
        var at = 0;
        foreach (var length in Cuts(stream).Append(int.MaxValue))
        {
            for (var left = Math.Min(length, stream.Length - at); left > 0;)
            {
                var content = stream.AsSpan(at, Math.Min(left, Limits.Frame));
                var frame = target.AsSpan(0, codec.Compress(content, target));
                package.Write(frame);
                ranges.Append(frame);
                seek.Add(new SeekEntry((uint)frame.Length, (uint)content.Length, ZstdFrame.ContentChecksum(content)));
                (at, left) = (at + content.Length, left - content.Length);
            }
        }

        var table = RangeTable.Write(ranges.Length, ranges.Finish());
        seek.Add(new SeekEntry((uint)table.Length, 0, SeekTable.EmptyChecksum));
        package.Write(table);
        package.Write(SeekTable.Write(seek));
        return package.ToArray();
    }

    private static int[] Cuts(byte[] stream)
    {
        if (stream.Length < TarHeader.Block || TarHeader.ReadSize(stream) is not (>= 0 and var size) || size > stream.Length - TarHeader.Block)
        {
            return [TarHeader.Block];
        }

        int[] cuts = size < Limits.Large ? [TarHeader.Block + (int)size + TarHeader.Padding(size)] : [TarHeader.Block, (int)size];
        _ = Target.Refusing<BundleException>(() =>
        {
            var bytes = stream.AsSpan(TarHeader.Block, (int)size).ToArray();
            cuts = [.. new PackageLayout(IndexReader.Read(bytes), bytes, 0).Frames.Select(frame => frame.Length)];
        });
        return cuts;
    }
}
