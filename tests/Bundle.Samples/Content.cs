using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Bundle.Samples;

/// <summary>Layers that are the same on every machine: real tar archives of text and noise, compressed or not.</summary>
internal static class Content
{
    /// <summary>A tar archive with some lines of text, which compress, and some noise, which does not.</summary>
    public static byte[] Tar(string seed, int text, int noise)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            Add(tar, $"usr/share/{seed}/readme.txt", Text(seed, text));
            Add(tar, $"usr/lib/{seed}.so", Noise(seed, noise));
        }

        return stream.ToArray();
    }

    /// <summary>A tar archive of nothing.</summary>
    public static byte[] EmptyTar() => new byte[1024];

    /// <summary>Compresses as gzip.</summary>
    public static byte[] Gzip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }

    /// <summary>A zstd frame of raw blocks (RFC 8878 section 3.1.1): valid, if no smaller.</summary>
    public static byte[] Zstd(byte[] content)
    {
        const int block = 128 * 1024;
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(0xFD2FB528u);
        writer.Write((byte)0xA0); // single segment, content size in four bytes
        writer.Write((uint)content.Length);
        for (var at = 0; at < content.Length; at += block)
        {
            var length = Math.Min(block, content.Length - at);
            var header = (length << 3) | (at + length == content.Length ? 1 : 0);
            writer.Write([(byte)header, (byte)(header >> 8), (byte)(header >> 16)]);
            writer.Write(content, at, length);
        }

        return stream.ToArray();
    }

    /// <summary>Bytes that do not compress.</summary>
    public static byte[] Noise(string seed, int length)
    {
        var state = 14695981039346656037UL;
        foreach (var c in seed)
        {
            state = (state ^ c) * 1099511628211UL;
        }

        var bytes = new byte[length];
        for (var i = 0; i < bytes.Length; i++)
        {
            // xorshift64*: not System.Random, whose numbers may change between versions.
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            bytes[i] = (byte)((state * 0x2545F4914F6CDD1DUL) >> 56);
        }

        return bytes;
    }

    private static byte[] Text(string seed, int length)
    {
        var text = new StringBuilder(length + 100);
        for (var line = 1; text.Length < length; line++)
        {
            text.Append(seed).Append(" line ").Append(line).Append(": the quick brown fox jumps over the lazy dog\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    private static void Add(TarWriter tar, string name, byte[] content)
    {
        using var data = new MemoryStream(content);
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = data,
            ModificationTime = DateTimeOffset.UnixEpoch,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        });
    }
}
