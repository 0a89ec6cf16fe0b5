using System.IO.Compression;
using SharpCompress.Compressors.BZip2;

namespace Bundle.Sources.Trees;

/// <summary>The forms that archives and layers are compressed in, told by their first bytes.</summary>
internal enum Compression
{
    None,
    Gzip,
    Zstd,
    Xz,
    Bzip2,
}

/// <summary>Tells and undoes compression.</summary>
internal static class Decompression
{
    /// <summary>How many first bytes are looked at.</summary>
    public const int Magic = 6;

    /// <summary>What content that begins so is compressed with.</summary>
    public static Compression Of(ReadOnlySpan<byte> begin) => begin switch
    {
        [0x1F, 0x8B, ..] => Compression.Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] or [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => Compression.Zstd,
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => Compression.Xz,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] => Compression.Bzip2,
        _ => Compression.None,
    };

    /// <summary>What a location's content is compressed with.</summary>
    public static Compression Of(BlobLocation location)
    {
        var begin = new byte[Magic];
        using var stream = location.Open();
        return Of(begin.AsSpan(0, stream.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false)));
    }

    /// <summary>The content of a stream; all members and frames of it, one after the other. xz and bzip2 close the stream in any case.</summary>
    public static Stream Open(Stream stream, Compression compression, bool leaveOpen = false) => compression switch
    {
        Compression.Gzip => new GZipStream(stream, CompressionMode.Decompress, leaveOpen),
        Compression.Zstd => new ZstdSharp.DecompressionStream(stream, leaveOpen: leaveOpen),
        Compression.Xz => new XzStream(stream),
        Compression.Bzip2 => BZip2Stream.Create(stream, SharpCompress.Compressors.CompressionMode.Decompress, true),
        _ => stream,
    };

    /// <summary>What compressed data of a length may become, in bytes, at most.</summary>
    public static long Allowed(long compressed) => Math.Max(Limits.Unpacked, Math.Min(compressed, long.MaxValue / Limits.UnpackedRatio) * Limits.UnpackedRatio);

    /// <summary>Whether an exception says that compressed data may be whole, and is of a form that is not supported; a zstd window of more than 128 MiB is one.</summary>
    public static bool IsUnsupported(Exception e) => e is NotImplementedException or NotSupportedException
        or ZstdSharp.ZstdException { Code: ZstdSharp.Unsafe.ZSTD_ErrorCode.ZSTD_error_frameParameter_windowTooLarge };

    /// <summary>Whether an exception says that compressed data is damaged or cut.</summary>
    public static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException
        or SharpCompress.Common.SharpCompressException or IndexOutOfRangeException or OverflowException or ArgumentException or InvalidOperationException;
}
