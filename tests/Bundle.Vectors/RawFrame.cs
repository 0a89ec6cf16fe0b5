using System.Buffers.Binary;
using Bundle.Format;

namespace Bundle.Vectors;

/// <summary>Frames that no package may have (RFC 8878 section 3.1.1).</summary>
internal static class RawFrame
{
    public const byte SingleSegment = 0x20, HasChecksum = 0x04, Reserved = 0x08, Unused = 0x10;

    /// <summary>Puts another header before the blocks of a frame, and ends it with its checksum or without.</summary>
    /// <param name="sizeBytes">The length of the content size: 0, 1, 2, 4 or 8.</param>
    public static byte[] Reheader(byte[] frame, int flags, int sizeBytes, byte[]? windowAndDictionary = null, int dictionaryCode = 0)
    {
        ZstdFrame.TryReadHeader(frame, out var header, out var content);
        return [.. Header(content, flags | dictionaryCode, sizeBytes, windowAndDictionary ?? []), .. frame[header..^4], .. (flags & HasChecksum) != 0 ? frame[^4..] : []];
    }

    /// <summary>The length of the content size that a length calls for.</summary>
    public static int SizeBytes(byte[] frame) => (frame[4] >> 6) switch { 0 => 1, 1 => 2, _ => 4 };

    /// <summary>A frame of blocks of zeros.</summary>
    public static byte[] Zeros(int length, int flags = SingleSegment | HasChecksum, int block = ZstdFrame.Block)
    {
        var frame = new List<byte>(Header(length, flags, length < 256 ? 1 : length < 65792 ? 2 : 4, []));
        for (var done = 0; done < length; done += block)
        {
            var size = Math.Min(block, length - done);
            var value = (size << 3) | (1 << 1) | (done + size == length ? 1 : 0);
            frame.AddRange([(byte)value, (byte)(value >> 8), (byte)(value >> 16), 0]);
        }

        var sum = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(sum, ZstdFrame.ContentChecksum(new byte[length]));
        return [.. frame, .. sum];
    }

    /// <summary>A frame without content.</summary>
    public static byte[] Empty() => [0x28, 0xB5, 0x2F, 0xFD, 0x24, 0, 1, 0, 0, 0x99, 0xE9, 0xD8, 0x51];

    /// <summary>A skippable frame with some text.</summary>
    public static byte[] Skippable() => [0x50, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, .. "hello"u8];

    private static byte[] Header(int content, int flags, int sizeBytes, byte[] windowAndDictionary)
    {
        var code = sizeBytes switch { 0 or 1 => 0, 2 => 1, 4 => 2, _ => 3 };
        var size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, sizeBytes == 2 ? content - 256 : content);
        return [0x28, 0xB5, 0x2F, 0xFD, (byte)((code << 6) | flags), .. windowAndDictionary, .. size[..sizeBytes]];
    }
}
