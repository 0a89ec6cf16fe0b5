using Bundle.IO;
using SharpCompress.Compressors.Xz;
using Crc32 = System.IO.Hashing.Crc32;

namespace Bundle.Sources.Trees;

/// <summary>
/// The content of an xz file (the .xz file format 1.2): of all its streams, one after the other. SharpCompress decodes the blocks; its own reader of whole
/// files ends after the first stream, and takes whatever memory a block asks for, up to 4 GiB.
/// </summary>
internal sealed class XzStream(Stream stream) : ForwardStream
{
    private const byte Lzma2 = 0x21, LargestDictionary = 40;

    private readonly PeekStream _from = new(stream);
    private XZHeader? _header;
    private XZBlock? _block;
    private ulong _blocks, _blockContent, _content;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        while (count > 0 && (_block is not null || NextBlock()))
        {
            var read = _block!.Read(buffer, offset, count);
            _blockContent += (uint)read;
            if (read > 0)
            {
                return read;
            }

            EndBlock();
        }

        return 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _block?.Dispose();
            _from.Dispose();
            stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private void EndBlock()
    {
        _block!.Dispose();
        _block = null;
        _blocks++;
        _content += _blockContent;
        _blockContent = 0;
    }

    private bool NextBlock()
    {
        while (true)
        {
            if (_header is null && !NextStream())
            {
                return false;
            }

            var size = _from.Peek(1);
            if (size is not [0])
            {
                CheckDictionary(_from.Peek((Expect(size)[0] + 1) * 4));
                _block = new XZBlock(_from, _header!.BlockCheckType, _header.BlockCheckSize);
                return true;
            }

            ReadIndex();
            ReadFooter();
            _header = null;
        }
    }

    // Section 2.2: between streams there are zeros, four at a time.
    private bool NextStream()
    {
        while (_from.Peek(4) is [0, 0, 0, 0])
        {
            Take(4);
        }

        if (_from.Peek(1).Length == 0)
        {
            return false;
        }

        _header = XZHeader.FromStream(_from);
        return _header.BlockCheckType is CheckType.NONE or CheckType.CRC32 or CheckType.CRC64 or CheckType.SHA256 ? true
            : throw new NotSupportedException("a check of its own kind");
    }

    // Section 3.1: sizes, where the flags say so, then the filters; the dictionary's size is a property of LZMA2 (section 5.3.1).
    private static void CheckDictionary(ReadOnlySpan<byte> header)
    {
        var at = 2;
        for (var sizes = Expect(header[1..])[0] >> 6; sizes > 0; sizes >>= 1)
        {
            if ((sizes & 1) != 0)
            {
                _ = Number(header, ref at);
            }
        }

        for (var filters = (header[1] & 3) + 1; filters > 0; filters--)
        {
            var id = Number(header, ref at);
            var length = Number(header, ref at);
            if (length > (ulong)(header.Length - at))
            {
                throw new InvalidDataException("a block's header is damaged");
            }

            if (id == Lzma2 && length == 1 && header[at] is <= LargestDictionary and var size)
            {
                var bytes = size == LargestDictionary ? uint.MaxValue : (2L | (uint)(size & 1)) << ((size / 2) + 11);
                if (bytes > Limits.XzDictionary)
                {
                    throw new NotSupportedException($"it takes a dictionary of {bytes >> 20} MiB, where {Limits.XzDictionary >> 20} MiB are allowed");
                }
            }

            at += (int)length;
        }
    }

    // Section 4: as many records as there were blocks, of as much content.
    private void ReadIndex()
    {
        var crc = new Crc32();
        long length = 0;
        Next();
        var (count, content) = (Value(), 0UL);
        for (ulong i = 0; count == _blocks && i < count; i++)
        {
            _ = Value();
            content += Value();
        }

        while (length % 4 != 0)
        {
            Next();
        }

        var stated = Take(4);
        if (count != _blocks || content != _content || !stated.AsSpan().SequenceEqual(crc.GetCurrentHash()))
        {
            throw new InvalidDataException("the index is damaged, or of other blocks");
        }

        (_blocks, _content) = (0, 0);

        byte Next()
        {
            var one = Take(1);
            crc.Append(one);
            length++;
            return one[0];
        }

        ulong Value()
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var one = shift < 63 ? Next() : throw new InvalidDataException("a number of the index is too long");
                value |= (ulong)(one & 0x7F) << shift;
                if (one < 0x80)
                {
                    return value;
                }
            }
        }
    }

    private void ReadFooter()
    {
        if (Take(12) is not [_, _, _, _, _, _, _, _, 0, var check, (byte)'Y', (byte)'Z'] || check != (byte)_header!.BlockCheckType)
        {
            throw new InvalidDataException("a stream's end is damaged");
        }
    }

    private byte[] Take(int count)
    {
        var bytes = Expect(_from.Peek(count), count).ToArray();
        _from.ReadExactly(new byte[count]);
        return bytes;
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var one = Expect(bytes[Math.Min(at++, bytes.Length)..])[0];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a block's header is damaged");
    }

    private static ReadOnlySpan<byte> Expect(ReadOnlySpan<byte> bytes, int count = 1) => bytes.Length >= count ? bytes : throw new EndOfStreamException("it ends early");
}
