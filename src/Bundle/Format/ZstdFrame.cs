using System.Buffers.Binary;
using System.IO.Hashing;

namespace Bundle.Format;

/// <summary>
/// The zstd frames that a package is made of, at the level of RFC 8878 section 3.1.1: what their headers and blocks may
/// be (spec FRAME-1, FRAME-2), and frames of raw blocks, which need no compressor.
/// </summary>
public static class ZstdFrame
{
    /// <summary>The first four bytes of a frame.</summary>
    public static ReadOnlySpan<byte> Magic => [0x28, 0xB5, 0x2F, 0xFD];

    /// <summary>The most that a block holds.</summary>
    public const int Block = 128 * 1024;

    /// <summary>The longest header of a frame within the limits: magic, descriptor, content size of four bytes.</summary>
    public const int MaxHeader = 9;

    /// <summary>The most that a frame takes: header, content that no block makes longer, block headers, checksum, and room for the compressor.</summary>
    public const int MaxLength = Limits.Frame + (64 * 1024);

    private const int BlockHeader = 3;
    private const int Checksum = 4;

    /// <summary>The length of a frame of raw blocks for so much content.</summary>
    public static int StoredLength(int content) =>
        HeaderLength(content) + content + (((content + Block - 1) / Block) * BlockHeader) + Checksum;

    /// <summary>Writes a frame of raw blocks; returns its length.</summary>
    public static int Store(ReadOnlySpan<byte> content, Span<byte> target)
    {
        var at = WriteHeader(content.Length, target);
        for (var offset = 0; offset < content.Length; offset += Block)
        {
            var size = Math.Min(Block, content.Length - offset);
            var last = offset + size == content.Length ? 1 : 0;
            WriteBlockHeader(target[at..], (size << 3) | last);
            content.Slice(offset, size).CopyTo(target[(at + BlockHeader)..]);
            at += BlockHeader + size;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(target[at..], ContentChecksum(content));
        return at + Checksum;
    }

    /// <summary>The low half of the XXH64 of some content, as frames and the seek table have it.</summary>
    public static uint ContentChecksum(ReadOnlySpan<byte> content) => (uint)XxHash64.HashToUInt64(content);

    /// <summary>The checksum that a whole frame ends with.</summary>
    public static uint StatedChecksum(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame[^Checksum..]);

    /// <summary>Reads a frame's header; false where it is not one that a package may have.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> frame, out int headerLength, out int contentLength)
    {
        (headerLength, contentLength) = (0, 0);
        if (frame.Length < 6 || !frame.StartsWith(Magic))
        {
            return false;
        }

        // Frame_Header_Descriptor: content size code, single segment set, unused and reserved clear, checksum set, no dictionary.
        var descriptor = frame[4];
        var code = descriptor >> 6;
        if ((descriptor & 0x3F) != 0x24 || code > 2)
        {
            return false;
        }

        headerLength = code switch { 0 => 6, 1 => 7, _ => 9 };
        if (frame.Length < headerLength)
        {
            return false;
        }

        long size = code switch
        {
            0 => frame[5],
            1 => BinaryPrimitives.ReadUInt16LittleEndian(frame[5..]) + 256,
            _ => BinaryPrimitives.ReadUInt32LittleEndian(frame[5..]),
        };
        if (size is < 1 or > Limits.Frame || HeaderLength((int)size) != headerLength)
        {
            return false;
        }

        contentLength = (int)size;
        return true;
    }

    /// <summary>Reads a block's header; false where RFC 8878 section 3.1.1.2 does not allow it.</summary>
    public static bool TryReadBlock(ReadOnlySpan<byte> header, out bool last, out bool raw, out int length)
    {
        var value = header[0] | (header[1] << 8) | (header[2] << 16);
        var type = (value >> 1) & 3;
        var size = value >> 3;
        (last, raw, length) = ((value & 1) != 0, type == 0, type == 1 ? 1 : size);
        return type != 3 && size <= Block;
    }

    /// <summary>Walks a frame that lies whole in memory; returns its length, or -1 where it is malformed or cut.</summary>
    public static int Measure(ReadOnlySpan<byte> frame, out int contentLength, out bool stored)
    {
        stored = true;
        if (!TryReadHeader(frame, out var at, out contentLength))
        {
            return -1;
        }

        for (var last = false; !last;)
        {
            if (frame.Length - at < BlockHeader || !TryReadBlock(frame[at..], out last, out var raw, out var length)
                || length > frame.Length - at - BlockHeader)
            {
                return -1;
            }

            stored &= raw;
            at += BlockHeader + length;
        }

        return frame.Length - at < Checksum ? -1 : at + Checksum;
    }

    /// <summary>Takes the content out of a measured frame of raw blocks; false where lengths or the checksum do not agree.</summary>
    public static bool TryUnstore(ReadOnlySpan<byte> frame, Span<byte> content)
    {
        _ = TryReadHeader(frame, out var at, out _);
        var done = 0;
        for (var last = false; !last;)
        {
            _ = TryReadBlock(frame[at..], out last, out _, out var length);
            if (length > content.Length - done)
            {
                return false;
            }

            frame.Slice(at + BlockHeader, length).CopyTo(content[done..]);
            (at, done) = (at + BlockHeader + length, done + length);
        }

        return done == content.Length && ContentChecksum(content) == StatedChecksum(frame);
    }

    private static int HeaderLength(int content) => content < 256 ? 6 : content < 65536 + 256 ? 7 : 9;

    private static int WriteHeader(int content, Span<byte> target)
    {
        Magic.CopyTo(target);
        switch (HeaderLength(content))
        {
            case 6:
                (target[4], target[5]) = (0x24, (byte)content);
                return 6;
            case 7:
                target[4] = 0x64;
                BinaryPrimitives.WriteUInt16LittleEndian(target[5..], (ushort)(content - 256));
                return 7;
            default:
                target[4] = 0xA4;
                BinaryPrimitives.WriteUInt32LittleEndian(target[5..], (uint)content);
                return 9;
        }
    }

    private static void WriteBlockHeader(Span<byte> target, int value) =>
        (target[0], target[1], target[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
}
