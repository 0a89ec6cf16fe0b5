using System.Formats.Tar;
using System.Text;
using Bundle.Format;
using SharpCompress.Readers;

namespace Bundle.Fuzz.Targets;

/// <summary>Headers: what we write, two other readers read as it was meant; what we read of any bytes is in its range.</summary>
internal static class TarTarget
{
    private const string Alphabet = "abcdefgh/ijk.l-m_n:o@p0é→𐐷";

    public static void Run(byte[] bytes)
    {
        if (bytes.Length >= TarHeader.Block)
        {
            Target.Require(TarHeader.ReadTime(bytes) is >= -1 and <= TarHeader.MaxTime, "a time out of range was read");
            _ = TarHeader.ReadSize(bytes);
        }

        var choices = new Choices(bytes);
        var size = choices.Number(choices.Below(6));
        var time = choices.Number(choices.Below(6)) & TarHeader.MaxTime;
        var mode = (int)choices.Number(2) & 0x1FF;
        var hardLink = choices.Below(4) == 0;
        var name = Name(choices);
        var link = "blobs/sha256/" + new string('a', 64);
        var utf8 = Encoding.UTF8.GetBytes(name);
        var header = new byte[TarHeader.Length(utf8)];
        TarHeader.Write(header, utf8, mode, hardLink ? 0 : size, time, (byte)(hardLink ? '1' : '0'), hardLink ? Encoding.ASCII.GetBytes(link) : default);
        Target.Require(TarHeader.ReadTime(header.AsSpan(header.Length - TarHeader.Block)) == time, "a time is not read as it was written");
        Target.Require(TarHeader.ReadSize(header.AsSpan(header.Length - TarHeader.Block)) == (hardLink ? 0 : size), "a size is not read as it was written");

        using var platform = new TarReader(new Headed(header));
        var entry = platform.GetNextEntry() ?? throw new InvalidOperationException("System.Formats.Tar sees no entry");
        Target.Require(entry.Name == name && entry.Length == (hardLink ? 0 : size) && (int)entry.Mode == mode && entry.Uid == 0 && entry.Gid == 0
            && entry.ModificationTime.ToUnixTimeSeconds() == time && entry.LinkName == (hardLink ? link : ""), $"System.Formats.Tar reads {entry.Name}, {entry.Mode}, {entry.ModificationTime}");

        using var other = SharpCompress.Readers.Tar.TarReader.OpenReader(new Headed(header), new ReaderOptions());
        Target.Require(other.MoveToNextEntry() && other.Entry.Key == name && other.Entry.Size == (hardLink ? 0 : size), $"SharpCompress reads {other.Entry.Key}, {other.Entry.Size}");
    }

    private static string Name(Choices choices)
    {
        var name = choices.Text(Alphabet, 1, 300);
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part is not ("." or ".."));

        // Half of a surrogate pair is no text.
        var text = new string([.. string.Join('/', parts).EnumerateRunes().Where(rune => rune != Rune.ReplacementChar).SelectMany(rune => rune.ToString())]);
        return text.Length == 0 ? "x" : text;
    }

    /// <summary>Headers, and zeros without end behind them: the data is not there.</summary>
    private sealed class Headed(byte[] header) : Stream
    {
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => long.MaxValue / 2;

        public override long Position
        {
            get => _at;
            set => _at = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            buffer.Clear();
            if (_at < header.Length)
            {
                var length = Math.Min(buffer.Length, header.Length - (int)_at);
                header.AsSpan((int)_at, length).CopyTo(buffer);
            }

            _at += buffer.Length;
            return buffer.Length;
        }

        public override long Seek(long offset, SeekOrigin origin) =>
            _at = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => _at + offset, _ => Length + offset };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
