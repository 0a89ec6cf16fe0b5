using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Bundle.Format;
using Bundle.Model;
using Bundle.Vectors;
using SharpCompress.Readers;

namespace Bundle.Fuzz.Targets;

/// <summary>
/// Packages of any shape, which our reader has to find whole, and GNU tar with zstd, System.Formats.Tar and SharpCompress
/// have to read as the same entries: names, sizes, modes, times, bytes.
/// </summary>
internal static class DifferentialTarget
{
    public static void Run(byte[] bytes)
    {
        var forge = Make(new Choices(bytes));
        var package = forge.Make();
        Target.Require(VerifyTarget.Whole(package), "a good package is not found whole");
        var head = PackageHead.Read(new FrameStream(new MemoryStream(package)));
        var layout = new PackageLayout(head);
        var expected = Expected(layout);
        using var tar = Decompressed(package, layout.StreamLength);
        Same(expected, Platform(tar), "System.Formats.Tar");
        tar.Position = 0;
        Same([.. expected.Select(one => one with { Name = Trimmed(one.Name), Mode = "", Time = 0 })], Sharp(tar), "SharpCompress");
        Same([.. expected.Select(one => one with { Digest = "" })], Gnu(Scratch.Write("package", package)), "GNU tar");
    }

    private static Forge Make(Choices choices)
    {
        var forge = new Forge { Time = choices.Number(choices.Below(6)) & TarHeader.MaxTime };
        var layers = new List<byte[]>();
        for (var i = 1 + choices.Below(4); i > 0; i--)
        {
            var own = new List<byte[]>();
            for (var n = choices.Below(4); n > 0; n--)
            {
                var layer = layers.Count > 0 && choices.Below(3) == 0 ? layers[choices.Below(layers.Count)] : Content(choices, layers.Count);
                layers.Add(layer);
                own.Add(layer);
            }

            var manifest = forge.Image($"i{i}", [.. own]);
            var name = choices.Of("", "localhost:5000/", "r.example/") + string.Join('/', Enumerable.Range(0, 1 + choices.Below(9)).Select(_ => choices.Text("abcdefghijklmnopqrstuvwxyz", 1, 40)));
            name = (name.Length > 240 ? name[..240].TrimEnd('/') : name) + $"/i{i}";
            var tags = Enumerable.Range(0, choices.Below(4)).Select(_ => choices.Text("abcXYZ_019", 1, 128)).Distinct().Order(StringComparer.Ordinal).ToArray();
            forge.Name(name, manifest, tags, byDigest: tags.Length == 0);
        }

        AddFiles(forge, choices);
        return forge;
    }

    private static void AddFiles(Forge forge, Choices choices)
    {
        for (var i = choices.Below(4); i > 0; i--)
        {
            var folders = string.Concat(Enumerable.Range(0, choices.Below(6)).Select(_ => "d" + choices.Text("abc .é→-", 0, 80) + "/"));
            forge.File($"{i}/{folders}f{i}", (int)choices.Number(2) & 0x1FF, Content(choices, 1000 + i));
        }
    }

    private static byte[] Content(Choices choices, int number)
    {
        var length = choices.Of(0, 1, 511, 512, 513, 5000, Limits.Large - 1, Limits.Large, Limits.Large + 1, 3 * Limits.Large, choices.Of(100, Limits.Frame - 1, Limits.Frame, Limits.Frame + 1));
        var content = new byte[length];
        Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)).AsSpan(0, Math.Min(length, 1)).CopyTo(content);
        switch (choices.Below(4))
        {
            case 0:
                new Random(number).NextBytes(content);
                break;
            case 1:
                ((byte[])[0x1F, 0x8B, 8, (byte)number]).AsSpan(0, Math.Min(4, length)).CopyTo(content);
                break;
            default:
                content.AsSpan().Fill((byte)number);
                break;
        }

        return content;
    }

    private static List<Entry> Expected(PackageLayout layout) => [.. Enumerable.Range(0, layout.Entries.Count).Select(entry =>
    {
        var (kind, number, size) = layout.Entries[entry];
        var mode = kind == EntryKind.File ? layout.Index.Files[number].Mode : 0x1A4;
        var link = kind == EntryKind.BlobLink;
        var digest = layout.DigestOf(entry) ?? Digest.Of(link ? [] : layout.DerivedData(entry));
        return new Entry(layout.NameOf(entry), link, size, Convert.ToString(mode, 8), layout.Time, link ? "" : digest.Hex);
    })];

    // The whole file, the two tables passed over.
    private static MemoryStream Decompressed(byte[] package, long length)
    {
        var tar = new byte[length + 1];
        Target.Require(LibZstd.Decompress(package, tar) == length, "libzstd reads a stream of another length");
        return new MemoryStream(tar, 0, (int)length);
    }

    private static List<Entry> Platform(Stream tar)
    {
        using var reader = new TarReader(tar, leaveOpen: true);
        var entries = new List<Entry>();
        while (reader.GetNextEntry() is { } entry)
        {
            var link = entry.EntryType == TarEntryType.HardLink;
            entries.Add(new Entry(entry.Name, link, entry.Length, Convert.ToString((int)entry.Mode, 8), entry.ModificationTime.ToUnixTimeSeconds(), link ? "" : Hash(entry.DataStream)));
        }

        return entries;
    }

    private static List<Entry> Sharp(Stream tar)
    {
        using var reader = SharpCompress.Readers.Tar.TarReader.OpenReader(tar, new ReaderOptions { LeaveStreamOpen = true });
        var entries = new List<Entry>();
        while (reader.MoveToNextEntry())
        {
            var link = reader.Entry.LinkTarget is { Length: > 0 };
            var digest = "";
            if (!link)
            {
                using var data = reader.OpenEntryStream();
                digest = Hash(data);
            }

            entries.Add(new Entry(Trimmed(reader.Entry.Key!), link, reader.Entry.Size, "", 0, digest));
        }

        return entries;
    }

    // SharpCompress takes spaces at the end of a header's name and prefix for padding.
    private static string Trimmed(string name) => string.Join('/', name.Split('/').Select(part => part.TrimEnd(' ')));

    private static List<Entry> Gnu(string path)
    {
        var start = new ProcessStartInfo("tar", ["--zstd", "-tvf", path, "--numeric-owner", "--quoting-style=literal", "--full-time", "--utc"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var tar = Process.Start(start)!;
        var lines = tar.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var errors = tar.StandardError.ReadToEnd();
        tar.WaitForExit();
        Target.Require(tar.ExitCode == 0 && errors.Length == 0, "GNU tar says: " + errors);
        return [.. lines.Select(Parse)];
    }

    // -rw-r--r-- 0/0             698 1970-01-01 00:00:00 bundle.json
    private static Entry Parse(string line)
    {
        var parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        Target.Require(parts[1] == "0/0", "an owner: " + line);
        var name = parts[5].Split(" link to ")[0];
        var mode = parts[0][1..].Aggregate(0, (value, c) => (value << 1) | (c == '-' ? 0 : 1));
        var time = DateTimeOffset.Parse($"{parts[3]} {parts[4]}", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return new Entry(name, parts[0][0] == 'h', long.Parse(parts[2], CultureInfo.InvariantCulture), Convert.ToString(mode, 8), time.ToUnixTimeSeconds(), "");
    }

    private static string Hash(Stream? data) => data is null ? Digest.Of([]).Hex : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data));

    private static void Same(List<Entry> expected, List<Entry> actual, string who)
    {
        Target.Require(expected.Count == actual.Count, $"{who} sees {actual.Count} entries of {expected.Count}");
        for (var i = 0; i < expected.Count; i++)
        {
            Target.Require(expected[i] == actual[i], $"{who} reads {actual[i]}, not {expected[i]}");
        }
    }

    private sealed record Entry(string Name, bool Link, long Size, string Mode, long Time, string Digest);
}
