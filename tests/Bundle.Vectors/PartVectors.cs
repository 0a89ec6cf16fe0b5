using System.Text;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Vectors;

/// <summary>Split packages (spec section 11): the list and its parts, good ones and ones with one fault.</summary>
internal static class PartVectors
{
    private const int PartSize = 700;
    private const long Far = 1L << 60;

    public static void AddTo(VectorSet set)
    {
        var (package, digest) = Package();
        var list = List(digest, package.Length, Cut(package));
        Add(set, "good-split", "PART-1 PART-2 PART-3 PART-4", null, "a package in parts of 700 bytes", list, Cut(package));
        Add(set, "good-split-one", "PART-1 PART-2", null, "a package in a single part", List(digest, package.Length, [package]), [package]);
        Add(set, "part-1-missing", "PART-1", FaultId.PartMissing, "the second part is missing", list, [Cut(package)[0], null, Cut(package)[2]]);
        Add(set, "part-1-missing-last", "PART-1", FaultId.PartMissing, "the last part is missing", list, [.. Cut(package)[..^1], null]);
        Add(set, "part-2-cut", "PART-2", FaultId.PartDamaged, "the first part is cut", list, [Cut(package)[0][..300], .. Cut(package)[1..]]);
        Add(set, "part-2-longer", "PART-2", FaultId.PartDamaged, "the last part has a byte more", list, [.. Cut(package)[..^1], [.. Cut(package)[^1], 0]]);
        byte[][] uneven = [package[..600], package[600..1300], package[1300..]];
        Add(set, "part-2-uneven", "PART-2", FaultId.PartsListInvalid, "the first part is shorter than the second", List(digest, package.Length, uneven), uneven);
        Add(set, "part-2-sum", "PART-2", FaultId.PartsListInvalid, "the parts' sizes are not the package's", List(digest, package.Length + 1, Cut(package)), Cut(package));
        Add(set, "part-2-empty", "PART-2", FaultId.PartsListInvalid, "a last part of no bytes", List(digest, package.Length, [package, []]), [package, []]);
        Add(set, "part-2-huge", "PART-2 PART-4", FaultId.PartDamaged, "the list says that the package is 2^60 bytes", List(digest, Far, (Far, package)), [package]);
        Add(set, "part-2-huge-missing", "PART-1 PART-2", FaultId.PartMissing, "the first part is missing, and said to be 2^60 bytes",
            List(digest, Far + 331, (Far, package), (331, package[1400..])), [null, package[1400..]]);
        byte[] footer = [0xFE, 0xFF, 0xFF, 0x07, 0x80, 0xB1, 0xEA, 0x92, 0x8F];
        Add(set, "part-2-huge-table", "PART-1 PART-2", FaultId.PartMissing, "the same, and the seek table, of 2^27 - 2 frames, is in it but for its end",
            List(digest, Far + footer.Length, (Far, package), (footer.Length, footer)), [null, footer]);
        Add(set, "part-3-space", "PART-3", FaultId.PartsListInvalid, "a space in the list", Edit(list, "\"size\":", "\"size\": "), Cut(package));
        Add(set, "part-3-newline", "PART-3", FaultId.PartsListInvalid, "a newline behind the list", [.. list, (byte)'\n'], Cut(package));
        Add(set, "part-3-member", "PART-3", FaultId.PartsListInvalid, "an unknown member", Edit(list, "\"version\":1,", "\"version\":1,\"name\":\"p\","), Cut(package));
        Add(set, "part-3-twice", "PART-3", FaultId.PartsListInvalid, "a member that is there twice", Edit(list, "\"version\":1,", "\"version\":1,\"version\":1,"), Cut(package));
        Add(set, "part-3-format", "PART-3", FaultId.PartsListInvalid, "another format", Edit(list, "bundle-parts", "bundle-piece"), Cut(package));
        Add(set, "part-3-version", "PART-3", FaultId.VersionUnknown, "version 2", Edit(list, "\"version\":1", "\"version\":2"), Cut(package));
        Add(set, "part-3-cut", "PART-3", FaultId.PartsListInvalid, "the list is cut", list[..100], Cut(package));
        Add(set, "part-3-digest", "PART-3", FaultId.PartsListInvalid, "a digest in upper case", Edit(list, "sha256:", "SHA256:"), Cut(package));
        Add(set, "part-3-negative", "PART-3", FaultId.PartsListInvalid, "a negative size", Edit(list, "\"size\":700", "\"size\":-700"), Cut(package));
        Add(set, "part-3-long", "PART-3 LIM-1", FaultId.PartsListInvalid, "a list of 256 KiB and a byte", [.. list, .. Enumerable.Repeat((byte)' ', (256 * 1024) + 1 - list.Length)], Cut(package));
        Add(set, "part-1-thousand", "PART-1 LIM-1", FaultId.PartsListInvalid, "a list of 1,000 parts", List(digest, 1000, [.. Enumerable.Repeat(new byte[] { 0 }, 1000)]), Cut(package));
        Add(set, "part-4-flipped", "PART-4", FaultId.PartDamaged, "a bit of the second part is flipped", list, [Cut(package)[0], Flipped(Cut(package)[1]), Cut(package)[2]]);
        Add(set, "part-4-exchanged", "PART-4", FaultId.PartExchanged, "the first two parts are exchanged", list, [Cut(package)[1], Cut(package)[0], Cut(package)[2]]);
        Add(set, "part-4-digest", "PART-4", FaultId.PartDamaged, "the list gives a part another digest", List(digest, package.Length, [Cut(package)[0], new byte[PartSize], Cut(package)[2]]), Cut(package));
        Add(set, "part-4-bundle-digest", "PART-4", FaultId.PartsListInvalid, "the list gives another bundle digest", List(Digest.Of([]), package.Length, Cut(package)), Cut(package));
    }

    private static (byte[] Package, Digest BundleDigest) Package()
    {
        var forge = Sample.App();
        var digest = default(Digest);
        forge.IndexText = text =>
        {
            digest = Digest.Of(Encoding.UTF8.GetBytes(text));
            return text;
        };
        return (forge.Make(), digest);
    }

    private static byte[][] Cut(byte[] package) => [.. package.Chunk(PartSize)];

    private static byte[] Flipped(byte[] part)
    {
        part[350] ^= 1;
        return part;
    }

    private static byte[] List(Digest bundleDigest, long size, byte[][] parts) => List(bundleDigest, size, [.. parts.Select(part => ((long)part.Length, part))]);

    private static byte[] List(Digest bundleDigest, long size, params (long Size, byte[] Bytes)[] parts) => Encoding.ASCII.GetBytes(
        $$"""{"format":"bundle-parts","version":1,"bundleDigest":"{{bundleDigest}}","size":{{size}},"parts":[{{string.Join(',', parts.Select(part => $$"""{"size":{{part.Size}},"digest":"{{Digest.Of(part.Bytes)}}"}"""))}}]}""");

    private static byte[] Edit(byte[] list, string from, string to)
    {
        var text = Encoding.ASCII.GetString(list);
        var at = text.IndexOf(from, StringComparison.Ordinal);
        return Encoding.ASCII.GetBytes(text[..at] + to + text[(at + from.Length)..]);
    }

    private static void Add(VectorSet set, string name, string musts, FaultId? fault, string note, byte[] list, byte[]?[] parts)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] is { } part)
            {
                files.Add($"{name}.tar.zst.{i + 1:D3}", part);
            }
        }

        set.Split(name, musts, fault, note, list, files);
    }
}
