using System.Buffers.Binary;

namespace Bundle.Format;

/// <summary>The one form that a header of the stream has (spec section 3.2). There is no parser: readers compute and compare.</summary>
public static class TarHeader
{
    /// <summary>The size of a header, and what data is padded to.</summary>
    public const int Block = 512;

    /// <summary>The greatest modification time (spec TAR-5): eleven octal digits.</summary>
    public const long MaxTime = 8_589_934_591;

    /// <summary>The longest target of a link.</summary>
    public const int LinkField = 100;

    private const int NameField = 100;
    private const int PrefixField = 155;
    private const long MaxOctalSize = 8L * 1024 * 1024 * 1024 - 1;
    private static ReadOnlySpan<byte> LongLink => "././@LongLink"u8;

    /// <summary>The zero bytes after data of a size.</summary>
    public static int Padding(long size) => (int)(-size & (Block - 1));

    /// <summary>How many bytes an entry's headers take: one block, or with a long name before it more (spec TAR-4).</summary>
    public static int Length(ReadOnlySpan<byte> name) =>
        Split(name) >= 0 ? Block : Block + name.Length + 1 + Padding(name.Length + 1) + Block;

    /// <summary>Writes an entry's headers into a span of exactly <see cref="Length"/> bytes.</summary>
    public static void Write(Span<byte> target, ReadOnlySpan<byte> name, int mode, long size, long time, byte type, ReadOnlySpan<byte> link)
    {
        target.Clear();
        var split = Split(name);
        if (split < 0)
        {
            WriteBlock(target, LongLink, default, 420, name.Length + 1, 0, (byte)'L', default);
            name.CopyTo(target[Block..]);
            WriteBlock(target[^Block..], name[..NameField], default, mode, size, time, type, link);
            return;
        }

        var rest = split == 0 ? name : name[(split + 1)..];
        WriteBlock(target, rest, name[..split], mode, size, time, type, link);
    }

    /// <summary>Reads the size that a header of a regular file states; -1 where the field is malformed.</summary>
    public static long ReadSize(ReadOnlySpan<byte> header)
    {
        var field = header.Slice(124, 12);
        return field[0] == 0x80 ? BinaryPrimitives.ReadInt64BigEndian(field[4..]) : ReadOctal(field);
    }

    /// <summary>Reads the modification time that a header states; -1 where the field is malformed.</summary>
    public static long ReadTime(ReadOnlySpan<byte> header) => ReadOctal(header.Slice(136, 12));

    // 0: the name fits as it is; -1: it cannot be split; else the offset of the '/' between prefix and name.
    private static int Split(ReadOnlySpan<byte> name)
    {
        if (name.Length <= NameField)
        {
            return 0;
        }

        var slash = name[..Math.Min(name.Length, PrefixField + 1)].LastIndexOf((byte)'/');
        var rest = name.Length - slash - 1;
        return slash > 0 && rest is >= 1 and <= NameField ? slash : -1;
    }

    private static void WriteBlock(
        Span<byte> block, ReadOnlySpan<byte> name, ReadOnlySpan<byte> prefix, int mode, long size, long time, byte type, ReadOnlySpan<byte> link)
    {
        name.CopyTo(block);
        WriteOctal(block.Slice(100, 8), mode);
        WriteOctal(block.Slice(108, 8), 0);
        WriteOctal(block.Slice(116, 8), 0);
        WriteSize(block.Slice(124, 12), size);
        WriteOctal(block.Slice(136, 12), time);
        block[156] = type;
        link.CopyTo(block[157..]);
        "ustar\000"u8.CopyTo(block[257..]);
        prefix.CopyTo(block[345..]);

        block.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in block[..Block])
        {
            sum += value;
        }

        WriteOctal(block.Slice(148, 7), sum);
    }

    private static void WriteSize(Span<byte> field, long size)
    {
        if (size <= MaxOctalSize)
        {
            WriteOctal(field, size);
            return;
        }

        field[0] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(field[4..], size);
    }

    // Digits up to the last byte, which is a NUL.
    private static void WriteOctal(Span<byte> field, long value)
    {
        field[^1] = 0;
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3)
        {
            field[i] = (byte)('0' + (value & 7));
        }
    }

    private static long ReadOctal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (var digit in field[..^1])
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return -1;
            }

            value = (value << 3) + (digit - '0');
        }

        return field[^1] == 0 ? value : -1;
    }
}
