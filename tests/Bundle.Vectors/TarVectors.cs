using System.Text;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using static Bundle.Vectors.Sample;

namespace Bundle.Vectors;

/// <summary>Packages whose stream is not the one that follows from the index.</summary>
internal static class TarVectors
{
    private const string File = "files/install.sh";
    private const string Blob = "blobs/sha256/";
    private const string Link = "docker/registry/v2/blobs/";

    public static void AddTo(VectorSet set)
    {
        AddHeaders(set);
        AddOrder(set);
        AddDerived(set);
        AddContents(set);
    }

    private static void AddHeaders(VectorSet set)
    {
        (string Kind, string Entry, int Offset, string Text)[] fields =
        [
            ("name", File, 6, "J"), ("name-rest", File, 50, "x"), ("mode", File, 100, "0000644"), ("mode-of-blob", Blob, 100, "0000755"), ("mode-form", File, 100, "000755 "),
            ("uid", File, 108, "0001000"), ("gid", File, 116, "0001000"), ("size", File, 124, "00000000013"), ("size-form", File, 124, "         12 "), ("type-old", File, 156, "\0"),
            ("type-directory", File, 156, "5"), ("type-symlink", File, 156, "2"), ("type-hard-link", Blob, 156, "1"), ("type-of-link", Link, 156, "0"), ("link-name", Link, 157, "files/"),
            ("link-name-absolute", Link, 157, "/etc/passwd\0"), ("link-name-of-file", File, 157, "x"), ("magic-gnu", File, 257, "ustar  \0"), ("version", File, 263, "01"), ("user", File, 265, "root"),
            ("group", File, 297, "root"), ("device", File, 329, "0000000\0"), ("prefix", File, 345, "x"), ("reserved", File, 500, "x"), ("link-size", Link, 124, "00000000012"),
        ];
        foreach (var (kind, entry, offset, text) in fields)
        {
            set.Bad("tar-3-" + kind, "TAR-3 TAR-1", FaultId.StreamInvalid, "a header's field: " + kind.Replace('-', ' '), forge => forge.Header(entry, header => header.Put(offset, text)));
        }

        set.Bad("tar-3-size-base256", "TAR-3", FaultId.StreamInvalid, "a small size in base-256", forge =>
            forge.Header(File, header => header.Put(124, "\u0080" + new string('\0', 10) + "\n")));
        set.Bad("tar-3-checksum", "TAR-3", FaultId.StreamInvalid, "a header's checksum is wrong", forge => forge.Header(File, header => header[153] ^= 1, sum: false));
        set.Bad("tar-3-checksum-form", "TAR-3", FaultId.StreamInvalid, "a header's checksum ends with space, NUL", forge =>
            forge.Header(File, header => (header[154], header[155]) = (header[155], header[154]), sum: false));
        set.Bad("tar-3-index-mode", "TAR-3", FaultId.NotABundle, "the first header's mode, by which a reader knows a bundle", forge => forge.Header("bundle.json", header => header.Put(100, "0000600")));
        set.Bad("tar-3-index-name", "TAR-3", FaultId.NotABundle, "the first entry has another name", forge => forge.Header("bundle.json", header => header.Put(0, "Bundle")));
        set.Bad("tar-5-time", "TAR-5", FaultId.StreamInvalid, "an entry's modification time differs", forge => forge.Header(File, header => header.Put(136, "00000000001")));
        set.Bad("tar-5-time-of-index", "TAR-5", FaultId.StreamInvalid, "the index's modification time differs", forge => forge.Header("bundle.json", header => header.Put(136, "00000000001")));
        set.Bad("tar-5-time-form", "TAR-5", FaultId.NotABundle, "a modification time in base-256", forge => forge.Header("bundle.json", header => header.Put(136, "\u0080" + new string('\0', 11))));
        (string Kind, int Offset, string Text)[] longs = [("name", 0, "././@LongLinK"), ("type", 156, "K"), ("size", 124, "00000000310"), ("time", 136, "00000000001"), ("mode", 100, "0000000"), ("user", 265, "root")];
        foreach (var (kind, offset, text) in longs)
        {
            set.BadOwn("tar-4-long-" + kind, "TAR-4 TAR-3", FaultId.StreamInvalid, "a long-name header's field: " + kind, forge =>
            {
                forge.File(new string('n', 200), 420, Text("x\n"));
                forge.Header("files/nn", header => header.Put(offset, text));
            });
        }

        set.BadOwn("tar-4-long-text", "TAR-4", FaultId.StreamInvalid, "a long name is another one", forge => LongPiece(forge, 512 + 10, (byte)'m'));
        set.BadOwn("tar-4-long-end", "TAR-4", FaultId.StreamInvalid, "a long name does not end with NUL", forge => LongPiece(forge, 512 + 206, (byte)'n'));
        set.BadOwn("tar-4-split", "TAR-4", FaultId.StreamInvalid, "a name is split at another place", forge =>
        {
            forge.File(new string('a', 50) + "/" + new string('b', 30) + "/" + new string('c', 30), 420, Text("x\n"));
            forge.Header("files/aa", header =>
            {
                header.AsSpan(0, 100).Clear();
                header.AsSpan(345, 155).Clear();
                header.Put(345, "files/" + new string('a', 50));
                header.Put(0, new string('b', 30) + "/" + new string('c', 30));
            });
        });
    }

    private static void LongPiece(Forge forge, int offset, byte value)
    {
        forge.File(new string('n', 200), 420, Text("x\n"));
        forge.Stream = (stream, layout) => stream[Find(layout, "files/nn", SegmentKind.Header).Offset + offset] = value;
    }

    private static void AddOrder(VectorSet set)
    {
        set.Bad("tar-2-blobs-swapped", "TAR-2", FaultId.StreamInvalid, "two blobs of the same size are swapped, headers, links and all", forge => forge.Stream = (stream, layout) =>
        {
            var (one, two) = (Find(layout, BlobPaths.Of(Digest.Of(Text("layer one\n"))), SegmentKind.Header), Find(layout, BlobPaths.Of(Digest.Of(Text("layer two\n"))), SegmentKind.Header));
            Swap(stream, one.Offset, two.Offset, 3 * TarHeader.Block);
        });
        set.Bad("tar-2-link-first", "TAR-2", FaultId.StreamInvalid, "a blob's link stands before it", forge => forge.Stream = (stream, layout) =>
        {
            var at = Find(layout, BlobPaths.Of(Digest.Of(Text("layer one\n"))), SegmentKind.Header).Offset;
            var pieces = stream.AsSpan(at, 3 * TarHeader.Block).ToArray();
            pieces.AsSpan(1024, 512).CopyTo(stream.AsSpan(at));
            pieces.AsSpan(0, 1024).CopyTo(stream.AsSpan(at + 512));
        });
        set.Bad("tar-2-end-missing", "TAR-2 FRAME-3", FaultId.FrameInvalid, "the two zero blocks are missing", forge => forge.Cuts = cuts => cuts[^1] = cuts[^1][..^1024]);
        set.Bad("tar-2-end-half", "TAR-2 FRAME-3", FaultId.FrameInvalid, "one zero block at the end", forge => forge.Cuts = cuts => cuts[^1] = cuts[^1][..^512]);
        set.Bad("tar-2-end-record", "TAR-2 FRAME-3", FaultId.FrameInvalid, "the stream is padded to a record of 10,240 bytes", forge => forge.Cuts = cuts =>
            cuts[^1] = [.. cuts[^1], .. new byte[10240 - ((cuts[0].Length + cuts[^1].Length) % 10240)]]);
        set.Bad("tar-2-end-bytes", "TAR-2 TAR-6", FaultId.StreamInvalid, "the two blocks at the end are not zero", forge => forge.Stream = (stream, _) => stream[^1] = 1);
        set.Bad("tar-2-directory", "TAR-2 FRAME-3", FaultId.FrameInvalid, "there is an entry for a directory", forge => forge.Cuts = cuts =>
        {
            var header = new byte[TarHeader.Block];
            TarHeader.Write(header, Text("blobs/"), 493, 0, 0, (byte)'5', default);
            cuts[1] = [.. header, .. cuts[1]];
        });
        set.Bad("tar-2-entry-missing", "TAR-2 FRAME-3", FaultId.FrameInvalid, "the first entry after the index is missing", forge => forge.Cuts = cuts => cuts[1] = cuts[1][1024..]);
        set.Bad("tar-2-entry-more", "TAR-2 FRAME-3", FaultId.FrameInvalid, "an entry that leads out of the destination stands at the end", forge => forge.Cuts = cuts =>
        {
            var header = new byte[TarHeader.Block];
            TarHeader.Write(header, Text("files/../../evil"), 420, 0, 0, (byte)'0', default);
            cuts[^1] = [.. cuts[^1][..^1024], .. header, .. new byte[1024]];
        });
        set.Bad("tar-6-padding", "TAR-6", FaultId.StreamInvalid, "the padding of a file is not zero", forge => forge.Stream = (stream, layout) => stream[Find(layout, File, SegmentKind.Zeros).Offset] = 1);
        set.Bad("tar-6-padding-of-index", "TAR-6", FaultId.StreamInvalid, "the padding of the index is not zero", forge => forge.Cuts = cuts => cuts[0][^1] = 1);
        set.BadOwn("tar-6-padding-of-large", "TAR-6", FaultId.StreamInvalid, "the padding of a large file is not zero", forge =>
        {
            forge.File("large", 420, new byte[70_000]);
            forge.Stream = (stream, _) => stream[^1025] = 1;
        });
        set.BadOwn("tar-6-padding-of-large-index", "TAR-6", FaultId.StreamInvalid, "the padding of a large index is not zero", forge =>
        {
            GoodVectors.LargeIndex(forge);
            forge.Cuts = cuts => cuts[2][^1] = 1;
        });
    }

    private static void AddDerived(VectorSet set)
    {
        (string Name, string Must, string Entry, string Old, string New)[] documents =
        [
            ("tar-1-oci-layout", "TAR-1 TAR-2", "oci-layout", "1.0.0", "1.0.1"), ("tar-8-reference", "TAR-8", "index.json", "example/app:1.0", "example/app:2.0"),
            ("tar-8-containerd-name", "TAR-8", "index.json", "docker.io/", "quayy.io/"), ("tar-8-space", "TAR-8", "index.json", "\"schemaVersion\":2", "\"schemaVersion\" 2"),
            ("tar-9-tag", "TAR-9", "manifest.json", "example/app:1.0", "example/app:2.0"), ("tar-9-config", "TAR-9", "manifest.json", "blobs/sha256/", "blobs/sha512/"),
            ("tar-7-link-digest", "TAR-7", "docker/registry/v2/repositories/example/app/_manifests/tags/1.0/current", "sha256:", "sha512:"),
        ];
        foreach (var (name, must, entry, old, by) in documents)
        {
            set.Bad(name, must, FaultId.StreamInvalid, $"{entry} says something else than the index", forge => forge.Stream = (stream, layout) =>
            {
                var piece = stream.AsSpan(Find(layout, entry, SegmentKind.Data).Offset, Find(layout, entry, SegmentKind.Data).Length);
                Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(piece).Replace(old, by, StringComparison.Ordinal)).CopyTo(piece);
            });
        }

        set.Bad("tar-7-other-blob", "TAR-7", FaultId.StreamInvalid, "a tag's link is to a layer of the package", forge => forge.Stream = (stream, layout) =>
            Text(Digest.Of(Text("layer one\n")).ToString()).CopyTo(stream, Find(layout, "docker/registry/v2/repositories/example/app/_manifests/tags/1.0/current", SegmentKind.Data).Offset));
        set.Bad("tar-7-newline", "TAR-7", FaultId.StreamInvalid, "a newline follows a link's digest", forge => forge.Stream = (stream, layout) =>
        {
            var (at, length) = Find(layout, "docker/registry/v2/repositories/example/app/_layers", SegmentKind.Data);
            stream[at + length] = (byte)'\n';
        });
        set.Bad("tar-7-swapped", "TAR-7 TAR-2", FaultId.StreamInvalid, "two links are swapped, headers and all", forge => forge.Stream = (stream, layout) =>
        {
            var at = Find(layout, "docker/registry/v2/repositories/example/app/_layers", SegmentKind.Header).Offset;
            Swap(stream, at, at + 1024, 1024);
        });
        set.BadOwn("tar-8-large", "TAR-8", FaultId.StreamInvalid, "an index.json of more than 64 KiB is not as the index demands", forge =>
        {
            forge.Name(new string('n', 255), forge.Image("tags"), Enumerable.Range(0, 150).Select(i => $"{i:000}").ToArray());
            forge.Cuts = cuts => cuts[2][^10] ^= 1;
        });
    }

    private static void AddContents(VectorSet set)
    {
        set.Bad("check-1-layer", "CHECK-1 CHECK-2", FaultId.ContentDamaged, "a bit of a layer is flipped", forge => forge.Flip(Text("layer one\n")));
        set.Bad("check-1-file", "CHECK-1", FaultId.ContentDamaged, "a bit of a file is flipped", forge => forge.Flip(Text("#!/bin/sh\n")));
        set.BadOwn("check-1-signature", "CHECK-1", FaultId.ContentDamaged, "a bit of a signature is flipped", forge =>
        {
            var image = forge.Image("app");
            forge.Name("app", image, ["1"], signatures: [new(Digest.Of(image), 1, forge.Put(Text("signature")), 9)]);
            forge.Flip(Text("signature"));
        });
        set.BadOwn("check-1-manifest", "CHECK-1 CHECK-2", FaultId.ContentDamaged, "a manifest is another one of the same size", forge =>
        {
            var image = forge.Image("app");
            forge.Name("app", image, ["1"]);
            forge.Contents[Digest.Of(image)] = Text(Encoding.UTF8.GetString(image).Replace("\"layers\":[]", "\"layerz\":[]", StringComparison.Ordinal));
        });
        set.BadOwn("check-2-large", "CHECK-2 CHECK-1", FaultId.ContentDamaged, "the last byte of a large layer is flipped", forge => Large(forge, 70_000));
        set.BadOwn("check-2-very-large", "CHECK-2 CHECK-1", FaultId.ContentDamaged, "the last byte of a layer of two frames is flipped", forge => Large(forge, 2_100_000));
        set.Bad("check-2-size", "CHECK-2 CHECK-1", FaultId.ContentDamaged, "the index gives a layer a byte more, which is there", forge =>
        {
            forge.Contents[Digest.Of(Text("layer one\n"))] = Text("layer one\n\0");
            forge.Blobs(blobs => blobs.Select(blob => blob.Digest == Digest.Of(Text("layer one\n")) ? blob with { Size = 11 } : blob));
        });
        set.Bad("check-2-size-less", "CHECK-2 CHECK-1", FaultId.ContentDamaged, "the index gives a layer a byte less", forge =>
        {
            forge.Contents[Digest.Of(Text("layer one\n"))] = Text("layer one");
            forge.Blobs(blobs => blobs.Select(blob => blob.Digest == Digest.Of(Text("layer one\n")) ? blob with { Size = 9 } : blob));
        });
    }

    private static void Large(Forge forge, int size)
    {
        var layer = new byte[size];
        forge.Name("app", forge.Image("app", layer), ["1"]);
        forge.Flip(layer);
    }

    private static void Swap(byte[] stream, int one, int two, int length)
    {
        var first = stream.AsSpan(one, length).ToArray();
        stream.AsSpan(two, length).CopyTo(stream.AsSpan(one));
        first.CopyTo(stream, two);
    }
}
