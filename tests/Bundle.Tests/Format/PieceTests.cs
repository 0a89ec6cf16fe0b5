using System.Buffers.Binary;
using System.Text;
using Bundle.Format;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>The pieces of the format by themselves, byte by byte and at their edges; what packages that Bundle writes never reach too.</summary>
public sealed class PieceTests
{
    [Theory]
    [InlineData(1, 6)]
    [InlineData(255, 6)]
    [InlineData(256, 7)]
    [InlineData(65_791, 7)]
    [InlineData(65_792, 9)]
    [InlineData(ZstdFrame.Block, 9)]
    [InlineData(ZstdFrame.Block + 1, 9)]
    [InlineData((2 * ZstdFrame.Block) + 7, 9)]
    public void A_stored_frame_reads_back_at_every_length_of_header(int length, int header)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        var frame = new byte[ZstdFrame.StoredLength(length)];
        Assert.Equal(frame.Length, ZstdFrame.Store(content, frame));
        var blocks = (length + ZstdFrame.Block - 1) / ZstdFrame.Block;
        Assert.Equal(header + length + (3 * blocks) + 4, frame.Length);

        Assert.True(ZstdFrame.TryReadHeader(frame, out var headerLength, out var contentLength));
        Assert.Equal((header, length), (headerLength, contentLength));
        Assert.True(ZstdFrame.TryReadHeader(frame.AsSpan(0, header), out _, out _));
        Assert.False(ZstdFrame.TryReadHeader(frame.AsSpan(0, header - 1), out _, out _));

        Assert.Equal(frame.Length, ZstdFrame.Measure(frame, out contentLength, out var stored));
        Assert.Equal((length, true), (contentLength, stored));
        Assert.Equal(frame.Length, ZstdFrame.Measure([.. frame, 0], out _, out _));
        foreach (var cut in (int[])[1, 4, 5, length + 4, length + 5, length + 7, frame.Length - header, frame.Length])
        {
            Assert.Equal(-1, ZstdFrame.Measure(frame.AsSpan(0, frame.Length - cut), out _, out _));
        }

        using var decoder = new ZstdSharp.Decompressor();
        Assert.True(content.AsSpan().SequenceEqual(decoder.Unwrap(frame)));

        var back = new byte[length];
        Assert.True(ZstdFrame.TryUnstore(frame, back));
        Assert.Equal(content, back);
        Assert.False(ZstdFrame.TryUnstore(frame, new byte[length - 1]));
        Assert.False(ZstdFrame.TryUnstore(frame, new byte[length + 1]));
        frame[^1] ^= 1;
        Assert.False(ZstdFrame.TryUnstore(frame, back));
    }

    [Theory]
    [InlineData(0, false, true, true)]
    [InlineData(1, true, true, true)]
    [InlineData(2, false, false, true)]
    [InlineData(3, true, false, true)]
    [InlineData(4, false, false, true)]
    [InlineData(5, true, false, true)]
    [InlineData(6, false, false, false)]
    [InlineData(7, true, false, false)]
    public void A_block_header_is_read_bit_by_bit(int low, bool last, bool raw, bool good)
    {
        foreach (var size in (int[])[0, 1, 0x1F, 0x20, 0x1234, 0x1FFF, 0x2000, ZstdFrame.Block, ZstdFrame.Block + 1, 0x1FFFFF])
        {
            var value = (size << 3) | low;
            Assert.Equal(good && size <= ZstdFrame.Block, ZstdFrame.TryReadBlock([(byte)value, (byte)(value >> 8), (byte)(value >> 16)], out var isLast, out var isRaw, out var length));
            Assert.Equal((last, raw, (low >> 1) == 1 ? 1 : size), (isLast, isRaw, length));
        }
    }

    [Fact]
    public void A_frame_with_a_compressed_block_is_not_stored()
    {
        byte[] frame = [.. ZstdFrame.Magic, 0x24, 2, 0x0C, 0, 0, 1, 0x09, 0, 0, 1, 0, 0, 0, 0];
        Assert.Equal(frame.Length, ZstdFrame.Measure(frame, out _, out var stored));
        Assert.False(stored);
    }

    [Fact]
    public void Any_other_descriptor_of_a_frame_is_refused()
    {
        byte[] frame = [.. ZstdFrame.Magic, 0, 1, 1, 0, 0];
        for (var descriptor = 0; descriptor < 256; descriptor++)
        {
            frame[4] = (byte)descriptor;
            var good = descriptor is 0x24 or 0x64;
            Assert.Equal(good, ZstdFrame.TryReadHeader(frame, out _, out var content));
            Assert.Equal(descriptor == 0x24 ? 1 : descriptor == 0x64 ? 513 : 0, content);
        }

        Assert.False(ZstdFrame.TryReadHeader([.. ZstdFrame.Magic, 0x24, 0], out _, out _));
        Assert.False(ZstdFrame.TryReadHeader([.. ZstdFrame.Magic, 0x24], out _, out _));
        Assert.False(ZstdFrame.TryReadHeader([0x28, 0xB5, 0x2F, 0xFC, 0x24, 1], out _, out _));
    }

    [Fact]
    public void A_seek_table_reads_back_and_no_byte_of_its_frame_is_free()
    {
        SeekEntry[] entries = [new(1, 2, 3), new(0x01020304, 0x05060708, 0xFFFEFDFC), new(7, 0, SeekTable.EmptyChecksum)];
        var bytes = SeekTable.Write(entries);
        Assert.Equal(17 + 36, bytes.Length);
        Assert.Equal("5E2A4D182D000000010000000200000003000000", Convert.ToHexString(bytes.AsSpan(0, 20)));
        Assert.Equal("0300000080B1EA928F", Convert.ToHexString(bytes.AsSpan(44)));
        Assert.Equal(entries, SeekTable.Read(bytes));
        for (var at = 0; at < bytes.Length; at++)
        {
            var bad = (byte[])bytes.Clone();
            bad[at] ^= 1;
            Assert.Equal(at is >= 8 and < 44, SeekTable.Read(bad) is not null);
        }

        Assert.Null(SeekTable.Read([.. bytes, 0]));
        Assert.Null(SeekTable.Read(bytes.AsSpan(1)));
        Assert.Null(SeekTable.Read(bytes.AsSpan(0, 16)));
        Assert.Null(SeekTable.Read(SeekTable.Write([new(1, 2, 3)])));
        Assert.Equal(2, SeekTable.Read(SeekTable.Write(entries[..2]))!.Length);
        Assert.Equal(SeekTable.EmptyChecksum, ZstdFrame.ContentChecksum([]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(Limits.Range, 1)]
    [InlineData(Limits.Range + 1, 2)]
    [InlineData(3L * Limits.Range, 3)]
    public void Range_checksums_read_back_and_no_byte_of_their_header_is_free(long data, int count)
    {
        Assert.Equal(count, RangeTable.Count(data));
        Assert.Equal(24 + (8 * count), RangeTable.Length(data));
        var checksums = Enumerable.Range(1, count).Select(i => 0x0102030405060708UL * (ulong)i).ToArray();
        var bytes = RangeTable.Write(data, checksums);
        Assert.Equal(checksums, RangeTable.Read(bytes, data));
        Assert.Equal("5D2A4D18", Convert.ToHexString(bytes.AsSpan(0, 4)));
        Assert.Equal("BNDL", Encoding.ASCII.GetString(bytes, 8, 4));
        Assert.Equal(bytes.Length - 8, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)));
        Assert.Equal(data, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)));
        for (var at = 0; at < RangeTable.Header; at++)
        {
            var bad = (byte[])bytes.Clone();
            bad[at] ^= 1;
            Assert.False(RangeTable.IsHeader(bad, data));
            Assert.Null(RangeTable.Read(bad, data));
            Assert.Equal(at is not (< 4 or >= 8 and < 12), RangeTable.StartsHere(bad));
        }

        Assert.False(RangeTable.StartsHere(bytes.AsSpan(0, RangeTable.Header - 1)));
        Assert.True(RangeTable.StartsHere(bytes.AsSpan(0, RangeTable.Header)));
        Assert.Null(RangeTable.Read([.. bytes, 0], data));
        Assert.Null(RangeTable.Read(bytes.AsSpan(0, bytes.Length - 1), data));
    }

    [Theory]
    [InlineData(1, -1, 512)]
    [InlineData(100, -1, 512)]
    [InlineData(101, -1, 1536)]
    [InlineData(101, 0, 1536)]
    [InlineData(101, 1, 512)]
    [InlineData(200, 99, 512)]
    [InlineData(200, 98, 1536)]
    [InlineData(255, 154, 512)]
    [InlineData(255, 155, 512)]
    [InlineData(256, 155, 512)]
    [InlineData(257, 156, 1536)]
    [InlineData(156, 155, 1536)]
    [InlineData(157, 155, 512)]
    [InlineData(511, -1, 1536)]
    [InlineData(512, -1, 2048)]
    public void A_tar_header_is_what_other_readers_take_it_for(int length, int slash, int headers)
    {
        var text = new string('n', length).ToCharArray();
        if (slash >= 0)
        {
            text[slash] = '/';
        }

        var name = Encoding.ASCII.GetBytes(text);
        Assert.Equal(headers, TarHeader.Length(name));
        foreach (var size in (long[])[0, 5, 0x1_FFFF_FFFF, 0x2_0000_0000])
        {
            var bytes = new byte[headers];
            Array.Fill(bytes, (byte)0xEE);
            TarHeader.Write(bytes, name, 493, size, 1_600_000_000, (byte)'0', default);
            var last = bytes.AsSpan(^TarHeader.Block..).ToArray();
            Assert.Equal(size, TarHeader.ReadSize(last));
            Assert.Equal(size > 0x1_FFFF_FFFF, last[124] == 0x80);
            Assert.Equal("0000755\00000000\00000000\0", Encoding.ASCII.GetString(last, 100, 24));
            Assert.Equal("13727410000\0", Encoding.ASCII.GetString(last, 136, 12));
            Assert.Equal("0ustar\000", (char)last[156] + Encoding.ASCII.GetString(last, 257, 8));
            var sum = last.Sum(one => one) - last[148..156].Sum(one => one) + (8 * ' ');
            Assert.Equal(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", Encoding.ASCII.GetString(last, 148, 8));
            Assert.Equal(0, bytes[..^TarHeader.Block].AsSpan().Count((byte)0xEE));
            var read = new System.Formats.Tar.TarReader(new MemoryStream([.. bytes, .. new byte[1024]]));
            if (size == 0)
            {
                // The framework wants the data too, so only where there is none.
                var entry = read.GetNextEntry()!;
                Assert.Equal(new string(text), entry.Name);
                Assert.Equal((UnixFileMode)493, entry.Mode);
                Assert.Equal((0, 0), (entry.Uid, entry.Gid));
                Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_600_000_000), entry.ModificationTime);
                Assert.Null(read.GetNextEntry());
            }
        }
    }

    [Fact]
    public void A_header_of_a_link_names_its_target()
    {
        var header = new byte[TarHeader.Block];
        TarHeader.Write(header, "a"u8, 511, 0, 0, (byte)'2', "b/c"u8);
        var entry = new System.Formats.Tar.TarReader(new MemoryStream([.. header, .. new byte[1024]])).GetNextEntry()!;
        Assert.Equal((System.Formats.Tar.TarEntryType.SymbolicLink, "b/c"), (entry.EntryType, entry.LinkName));
    }

    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(Limits.Range, new[] { Limits.Range })]
    [InlineData(Limits.Range, new[] { 1, Limits.Range - 1 })]
    [InlineData((3 * Limits.Range) + 5, new[] { (3 * Limits.Range) + 5 })]
    [InlineData((3 * Limits.Range) + 5, new[] { 7, 0, 2 * Limits.Range, Limits.Range - 7, 5 })]
    [InlineData((2 * Limits.Range) - 1, new[] { Limits.Range, Limits.Range - 1 })]
    public void Ranges_are_hashed_however_their_bytes_arrive(int length, int[] pieces)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var hasher = new RangeHasher();
        var at = 0;
        foreach (var piece in pieces)
        {
            hasher.Append(bytes.AsSpan(at, piece));
            at += piece;
        }

        Assert.Equal(length, hasher.Length);
        Assert.Equal(bytes.Chunk(Limits.Range).Select(range => System.IO.Hashing.XxHash64.HashToUInt64(range)), hasher.Finish());
    }

    [Theory]
    [InlineData("1F8B", true)]
    [InlineData("28B52FFD", true)]
    [InlineData("FD377A585A00", true)]
    [InlineData("", false)]
    [InlineData("1F", false)]
    [InlineData("1F8A", false)]
    [InlineData("28B52FFC00", false)]
    [InlineData("FD377A585A", false)]
    [InlineData("FD377A585A01", false)]
    public void Content_that_is_compressed_is_known_by_its_first_bytes(string begin, bool compressed)
    {
        Assert.Equal(compressed, ContentKind.IsCompressed(Convert.FromHexString(begin)));
        Assert.Equal(compressed, ContentKind.IsCompressed([.. Convert.FromHexString(begin), 7, 7]));
        Assert.False(ContentKind.IsCompressed([7, .. Convert.FromHexString(begin)]));
    }

    [Fact]
    public void Data_is_padded_to_a_whole_block()
    {
        Assert.Equal([0, 511, 1, 0, 511], ((long[])[0, 1, 511, 512, 513]).Select(TarHeader.Padding));
    }

    [Theory]
    [InlineData("00000000000\0", 0)]
    [InlineData("00000000017\0", 15)]
    [InlineData("77777777777\0", 0x1_FFFF_FFFF)]
    [InlineData("00000000018\0", -1)]
    [InlineData("0000000001/\0", -1)]
    [InlineData("00000000017 ", -1)]
    [InlineData(" 0000000017\0", -1)]
    public void A_number_of_a_header_has_one_form(string field, long value)
    {
        var header = new byte[TarHeader.Block];
        Encoding.ASCII.GetBytes(field, header.AsSpan(124));
        Encoding.ASCII.GetBytes(field, header.AsSpan(136));
        Assert.Equal(value, TarHeader.ReadSize(header));
        Assert.Equal(value, TarHeader.ReadTime(header));
    }
}
