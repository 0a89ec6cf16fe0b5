using System.Buffers.Binary;
using Bundle.Faults;
using static Bundle.Vectors.Sample;

namespace Bundle.Vectors;

/// <summary>Packages whose tables or ends are wrong.</summary>
internal static class TableVectors
{
    public static void AddTo(VectorSet set)
    {
        AddRanges(set);
        AddSeek(set);
        AddEnds(set);
    }

    private static void AddRanges(VectorSet set)
    {
        Ranges(set, "magic", "another skippable magic", table => table[0] = 0x5C);
        Ranges(set, "size", "a size that is one more", table => table[4]++);
        Ranges(set, "name", "not BNDL", table => table[8] = (byte)'b');
        Ranges(set, "range-length", "a range length of 128 KiB", table => table[14] = 2);
        Ranges(set, "data-length", "a data length that is one more", table => table[16]++);
        Ranges(set, "data-length-huge", "a data length of 2^63", table => table[23] = 0x80);
        set.Bad("range-1-checksum", "RANGE-1", FaultId.RangeDamaged, "a wrong checksum of a range", forge => forge.Ranges = table => Edit(table, copy => copy[^1] ^= 1));
        set.Bad("range-1-count-less", "RANGE-1", FaultId.RangeTableInvalid, "the last checksum is missing", forge => forge.Ranges = table => Edit(table[..^8], copy => copy[4] -= 8));
        set.Bad("range-1-count-more", "RANGE-1", FaultId.RangeTableInvalid, "a checksum too many", forge => forge.Ranges = table => Edit([.. table, .. new byte[8]], copy => copy[4] += 8));
        set.Bad("range-1-byte-more", "RANGE-1", FaultId.RangeTableInvalid, "a byte follows the checksums", forge => forge.Ranges = table => Edit([.. table, 0], copy => copy[4]++));
        set.BadOwn("range-1-second", "RANGE-1", FaultId.RangeDamaged, "the second checksum of two is wrong", forge =>
        {
            forge.File("noise", 420, Noise(70_000, 2));
            forge.Ranges = table => Edit(table, copy => copy[^8] ^= 1);
        });
        set.BadOwn("range-1-swapped", "RANGE-1", FaultId.RangeDamaged, "two checksums are swapped", forge =>
        {
            forge.File("noise", 420, Noise(70_000, 2));
            forge.Ranges = table => [.. table[..^16], .. table[^8..], .. table[^16..^8]];
        });
    }

    private static void AddSeek(VectorSet set)
    {
        const int First = 8, Second = 20, Range = 32;
        Seek(set, "magic", "another skippable magic", table => table[0] = 0x5F);
        Seek(set, "size", "a size that is one more", table => table[4]++);
        Seek(set, "compressed", "a compressed size that is one more", table => table[First]++);
        Seek(set, "compressed-moved", "compressed sizes that are right in their sum alone", table => (table[First], table[Second]) = ((byte)(table[First] + 1), (byte)(table[Second] - 1)));
        Seek(set, "compressed-huge", "a compressed size of 4 GiB less a byte", table => table.AsSpan(First, 4).Fill(0xFF));
        Seek(set, "content", "a decompressed size that is one more", table => table[First + 4]++);
        Seek(set, "content-moved", "decompressed sizes that are right in their sum alone", table => (table[First + 4], table[Second + 4]) = ((byte)(table[First + 4] + 1), (byte)(table[Second + 4] - 1)));
        Seek(set, "content-huge", "a decompressed size of 4 GiB less a byte", table => table.AsSpan(Second + 4, 4).Fill(0xFF));
        Seek(set, "checksum", "a wrong checksum of the last data frame", table => table[Second + 8] ^= 1);
        Seek(set, "checksum-of-index", "a wrong checksum of the first frame", table => table[First + 8] ^= 1);
        Seek(set, "range-compressed", "a wrong size of the range checksums", table => table[Range]++);
        Seek(set, "range-content", "content of the range checksums", table => table[Range + 4] = 1);
        Seek(set, "range-checksum", "a wrong checksum of nothing", table => table[Range + 8] ^= 1);
        Seek(set, "count", "a number of frames that is one more", table => table[^9]++);
        Seek(set, "count-zero", "no frames", table => table[^9] = 0);
        Seek(set, "count-huge", "134,217,728 frames", table => BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(table.Length - 9), 0x8000000), "SEEK-1 LIM-1");
        Seek(set, "no-checksums", "the descriptor says that there are no checksums", table => table[^5] = 0);
        Seek(set, "reserved", "a reserved bit of the descriptor is set", table => table[^5] |= 4);
        Seek(set, "footer-magic", "another magic at the end", table => table[^1] ^= 1);
        set.Bad("seek-1-entry-missing", "SEEK-1", FaultId.SeekTableInvalid, "there is no entry for the range checksums", forge => forge.Seek = table =>
            Edit([.. table[..Range], .. table[^9..]], copy => (copy[4], copy[^9]) = ((byte)(copy[4] - 12), 2)));
        set.Bad("seek-1-entry-more", "SEEK-1", FaultId.SeekTableInvalid, "there is an entry of an empty frame", forge => forge.Seek = table =>
            Edit([.. table[..First], .. new byte[8], 0x99, 0xE9, 0xD8, 0x51, .. table[First..]], copy => (copy[4], copy[^9]) = ((byte)(copy[4] + 12), 4)));
        set.Bad("seek-1-no-checksum-fields", "SEEK-1", FaultId.SeekTableInvalid, "a table of the seekable format without checksums", forge => forge.Seek = table =>
            Edit([.. table[..16], .. table[20..28], .. table[32..40], .. table[^9..]], copy => (copy[4], copy[^5]) = ((byte)(copy[4] - 12), 0)));
    }

    private static void AddEnds(VectorSet set)
    {
        Whole(set, "pkg-1-trailing-byte", FaultId.TrailingBytes, "a byte follows the package", package => [.. package, 0]);
        Whole(set, "pkg-1-trailing-newline", FaultId.TrailingBytes, "a newline follows the package", package => [.. package, (byte)'\n']);
        Whole(set, "pkg-1-trailing-frame", FaultId.TrailingBytes, "a skippable frame follows the package", package => [.. package, .. RawFrame.Skippable()]);
        Whole(set, "pkg-1-trailing-many", FaultId.TrailingBytes, "60,000 zeros follow the package", package => [.. package, .. new byte[60_000]]);
        Whole(set, "pkg-1-twice", FaultId.TrailingBytes, "two packages, one behind the other", package => [.. package, .. package]);
        Whole(set, "pkg-1-skippable-first", FaultId.NotABundle, "a skippable frame stands before the data", package => [.. RawFrame.Skippable(), .. package]);
        Whole(set, "pkg-1-byte-first", FaultId.NotABundle, "a byte stands before the data", package => [0, .. package]);
        Whole(set, "pkg-1-empty", FaultId.NotABundle, "an empty file", _ => []);
        Whole(set, "pkg-1-tar", FaultId.NotABundle, "zeros, as an empty tar archive", _ => new byte[1024]);
        set.Bad("pkg-1-skippable-between", "PKG-1", FaultId.RangeTableInvalid, "a skippable frame stands between data and range checksums", forge => forge.Ranges = table => [.. RawFrame.Skippable(), .. table]);
        set.Bad("pkg-1-skippable-between-tables", "PKG-1", FaultId.SeekTableInvalid, "a skippable frame stands between the tables", forge => forge.Seek = table => [.. RawFrame.Skippable(), .. table]);
        set.Bad("pkg-1-data-between-tables", "PKG-1", FaultId.SeekTableInvalid, "a data frame stands between the tables", forge => forge.Seek = table => [.. RawFrame.Zeros(512), .. table]);
        set.Bad("pkg-1-no-ranges", "PKG-1 RANGE-1", FaultId.RangeTableInvalid, "the range checksums are missing", forge => forge.Ranges = _ => []);
        set.Bad("pkg-1-no-seek-table", "PKG-1 SEEK-1", FaultId.Truncated, "the seek table is missing: cut at a frame's boundary", forge => forge.Seek = _ => []);
        Whole(set, "pkg-1-no-tables", FaultId.Truncated, "both tables are missing: cut at a frame's boundary", package => package[..DataLength(package)]);
        Whole(set, "pkg-1-tables-swapped", FaultId.RangeTableInvalid, "the seek table stands before the range checksums", package =>
        {
            var (data, ranges) = (DataLength(package), DataLength(package) + 32);
            return [.. package[..data], .. package[ranges..], .. package[data..ranges]];
        });
        (string Kind, Func<byte[], int> Length)[] cuts =
        [
            ("one-byte", _ => 1), ("magic", _ => 4), ("in-index", _ => 100), ("after-index", FirstFrame), ("in-header", package => FirstFrame(package) + 5), ("in-data", package => (FirstFrame(package) + DataLength(package)) / 2),
            ("in-checksum", package => DataLength(package) - 1), ("in-range-header", package => DataLength(package) + 10), ("in-ranges", package => DataLength(package) + 28),
            ("in-seek-table", package => DataLength(package) + 50), ("in-footer", package => package.Length - 5), ("last-byte", package => package.Length - 1),
        ];
        foreach (var (kind, length) in cuts)
        {
            Whole(set, "pkg-1-cut-" + kind, FaultId.Truncated, "the package is cut: " + kind.Replace('-', ' '), package => package[..length(package)]);
        }
    }

    private static int FirstFrame(byte[] package) => BinaryPrimitives.ReadInt32LittleEndian(package.AsSpan(package.Length - 9 - 36));

    private static int DataLength(byte[] package) => FirstFrame(package) + BinaryPrimitives.ReadInt32LittleEndian(package.AsSpan(package.Length - 9 - 24));

    private static void Ranges(VectorSet set, string kind, string note, Action<byte[]> edit) =>
        set.Bad("range-1-" + kind, "RANGE-1", FaultId.RangeTableInvalid, "range checksums: " + note, forge => forge.Ranges = table => Edit(table, edit));

    private static void Seek(VectorSet set, string kind, string note, Action<byte[]> edit, string musts = "SEEK-1") =>
        set.Bad("seek-1-" + kind, musts, FaultId.SeekTableInvalid, "seek table: " + note, forge => forge.Seek = table => Edit(table, edit));

    private static void Whole(VectorSet set, string name, FaultId fault, string note, Func<byte[], byte[]> edit) =>
        set.Bad(name, "PKG-1", fault, note, forge => forge.Package = edit);

    private static byte[] Edit(byte[] bytes, Action<byte[]> edit)
    {
        var copy = bytes.ToArray();
        edit(copy);
        return copy;
    }
}
