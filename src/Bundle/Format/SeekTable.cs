using System.Buffers.Binary;

namespace Bundle.Format;

/// <summary>An entry of the seek table: a frame's lengths and its content's checksum.</summary>
public readonly record struct SeekEntry(uint Compressed, uint Content, uint Checksum);

/// <summary>The seek table of the zstd seekable format, with checksums (spec section 7).</summary>
public static class SeekTable
{
    /// <summary>The bytes around the entries: magic and size before, the footer behind.</summary>
    public const int Overhead = SkippableHeader + Footer;

    /// <summary>The bytes of an entry.</summary>
    public const int EntryLength = 12;

    /// <summary>The bytes of the footer.</summary>
    public const int Footer = 9;

    /// <summary>The checksum of no content, as the range checksums' entry has it.</summary>
    public const uint EmptyChecksum = 0x51D8E999;

    private const int SkippableHeader = 8;
    private const uint SkippableMagic = 0x184D2A5E;
    private const uint FooterMagic = 0x8F92EAB1;
    private const byte WithChecksums = 0x80;

    /// <summary>The table's bytes.</summary>
    public static byte[] Write(IReadOnlyList<SeekEntry> entries)
    {
        var bytes = new byte[Overhead + (entries.Count * EntryLength)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, SkippableMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), (uint)(bytes.Length - SkippableHeader));
        var at = SkippableHeader;
        foreach (var entry in entries)
        {
            var span = bytes.AsSpan(at, EntryLength);
            BinaryPrimitives.WriteUInt32LittleEndian(span, entry.Compressed);
            BinaryPrimitives.WriteUInt32LittleEndian(span[4..], entry.Content);
            BinaryPrimitives.WriteUInt32LittleEndian(span[8..], entry.Checksum);
            at += EntryLength;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)entries.Count);
        bytes[at + 4] = WithChecksums;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 5), FooterMagic);
        return bytes;
    }

    /// <summary>Reads the number of entries out of the package's last nine bytes; -1 where they are no footer.</summary>
    public static int ReadFooter(ReadOnlySpan<byte> footer)
    {
        var count = BinaryPrimitives.ReadUInt32LittleEndian(footer);
        var valid = footer[4] == WithChecksums && BinaryPrimitives.ReadUInt32LittleEndian(footer[5..]) == FooterMagic;
        return valid && count is >= 2 and <= Limits.Frames ? (int)count : -1;
    }

    /// <summary>Reads a whole table; null where its own structure is wrong.</summary>
    public static SeekEntry[]? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Overhead || ReadFooter(bytes[^Footer..]) is var count && (count < 0 || bytes.Length != Overhead + ((long)count * EntryLength))
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != SkippableMagic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != bytes.Length - SkippableHeader)
        {
            return null;
        }

        var entries = new SeekEntry[count];
        for (var i = 0; i < count; i++)
        {
            var span = bytes.Slice(SkippableHeader + (i * EntryLength), EntryLength);
            entries[i] = new SeekEntry(
                BinaryPrimitives.ReadUInt32LittleEndian(span),
                BinaryPrimitives.ReadUInt32LittleEndian(span[4..]),
                BinaryPrimitives.ReadUInt32LittleEndian(span[8..]));
        }

        return entries;
    }
}
