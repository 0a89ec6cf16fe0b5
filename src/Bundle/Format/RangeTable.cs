using System.Buffers.Binary;

namespace Bundle.Format;

/// <summary>The range checksums: a checksum for each 64 KiB of the package's data frames (spec section 6).</summary>
public static class RangeTable
{
    /// <summary>The bytes before the checksums: magic, size, name, range length, data length.</summary>
    public const int Header = 24;

    private const uint SkippableMagic = 0x184D2A5D;
    private const uint Name = 0x4C444E42;

    /// <summary>How many ranges so much data has.</summary>
    public static long Count(long dataLength) => (dataLength + Limits.Range - 1) / Limits.Range;

    /// <summary>The length of the whole skippable frame for so much data.</summary>
    public static long Length(long dataLength) => Header + (8 * Count(dataLength));

    /// <summary>The frame's bytes.</summary>
    public static byte[] Write(long dataLength, IReadOnlyList<ulong> checksums)
    {
        var bytes = new byte[Header + (8 * checksums.Count)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, SkippableMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), (uint)(bytes.Length - 8));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Name);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Limits.Range);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), dataLength);
        for (var i = 0; i < checksums.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Header + (8 * i)), checksums[i]);
        }

        return bytes;
    }

    /// <summary>Whether a frame's first 24 bytes are those of the range checksums for so much data.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> header, long dataLength) =>
        StartsHere(header)
        && BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == Length(dataLength) - 8
        && BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) == Limits.Range
        && BinaryPrimitives.ReadInt64LittleEndian(header[16..]) == dataLength;

    /// <summary>Whether some bytes can be the beginning of the range checksums at all.</summary>
    public static bool StartsHere(ReadOnlySpan<byte> header) =>
        header.Length >= Header && BinaryPrimitives.ReadUInt32LittleEndian(header) == SkippableMagic
        && BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == Name;

    /// <summary>The checksums of a whole frame; null where its structure is wrong or it is for another length of data.</summary>
    public static ulong[]? Read(ReadOnlySpan<byte> bytes, long dataLength)
    {
        if (bytes.Length != Length(dataLength) || !IsHeader(bytes, dataLength))
        {
            return null;
        }

        var checksums = new ulong[Count(dataLength)];
        for (var i = 0; i < checksums.Length; i++)
        {
            checksums[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(Header + (8 * i))..]);
        }

        return checksums;
    }
}
