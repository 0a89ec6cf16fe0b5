using System.Text;
using System.Text.Json;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Vectors;

/// <summary>Makes packages in memory, good ones and ones with exactly one fault: each step can be tampered with.</summary>
internal sealed class Forge
{
    private readonly IndexBuilder _builder = new();

    /// <summary>Contents of blobs, signatures and files by digest; a fault may put other bytes there.</summary>
    public Dictionary<Digest, byte[]> Contents { get; } = [];

    public long Time { get; set; }

    /// <summary>Signatures of the index; the rules for them are not checked.</summary>
    public IReadOnlyList<BundleSignature> Signatures { get; set; } = [];

    /// <summary>Changes the index after it was built; its rules are not checked again.</summary>
    public Func<BundleIndex, BundleIndex> Index { get; set; } = index => index;

    /// <summary>Changes the text of bundle.json; the rest of the package stays as it was.</summary>
    public Func<string, string>? IndexText { get; set; }

    /// <summary>Changes the tar stream; frames are cut as before.</summary>
    public Action<byte[], PackageLayout> Stream { get; set; } = (_, _) => { };

    /// <summary>Changes the contents of the frames.</summary>
    public Action<List<byte[]>> Cuts { get; set; } = _ => { };

    /// <summary>Changes the encoded frames before the tables are made.</summary>
    public Action<List<byte[]>> Frames { get; set; } = _ => { };

    /// <summary>Changes the tables: range checksums, then seek table.</summary>
    public Func<byte[], byte[]> Ranges { get; set; } = bytes => bytes;

    public Func<byte[], byte[]> Seek { get; set; } = bytes => bytes;

    /// <summary>Changes the finished package.</summary>
    public Func<byte[], byte[]> Package { get; set; } = bytes => bytes;

    public Digest Put(byte[] content)
    {
        var digest = Digest.Of(content);
        Contents[digest] = content;
        return digest;
    }

    public string Descriptor(byte[] content, string mediaType, string more = "") =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{Put(content)}}","size":{{content.Length}}{{more}}}""";

    /// <summary>Adds an image manifest as it is written here.</summary>
    public byte[] Manifest(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        _builder.AddManifest(Put(bytes), bytes.Length, Model.Manifest.Parse(bytes));
        return bytes;
    }

    public byte[] Image(string seed, params byte[][] layers)
    {
        var config = Encoding.ASCII.GetBytes($$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"author":"{{{seed}}}"}""");
        var list = string.Join(',', layers.Select(layer => Descriptor(layer, "application/vnd.oci.image.layer.v1.tar")));
        return Manifest($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Descriptor(config, MediaTypes.OciConfig)}},"layers":[{{list}}]}""");
    }

    public void Name(string name, byte[] manifest, string[] tags, bool byDigest = false, string[]? platforms = null, IndexSignature[]? signatures = null) =>
        _builder.AddImage(ImageName.TryParse(name)!, tags, byDigest, Digest.Of(manifest), platforms ?? ["linux/amd64"], signatures ?? []);

    /// <summary>A bundle that has some blobs, which the package then leaves out.</summary>
    public void Base(Digest bundle, params byte[][] blobs) => _builder.AddBase(bundle, blobs.Select(blob => Digest.Of(blob)).ToHashSet());

    /// <summary>Leaves a child of a list out.</summary>
    public void Omit(byte[] child) => _builder.Omit(new Descriptor(MediaTypes.OciManifest, Digest.Of(child), child.Length, null, HasUrls: false, null));

    public void File(string path, int mode, byte[] content) => _builder.AddFile(new IndexFile(path, mode, content.Length, Put(content)));

    /// <summary>The package.</summary>
    public byte[] Make()
    {
        var index = Index(_builder.Build());
        var indexBytes = IndexWriter.Write(index);
        var layout = new PackageLayout(index, indexBytes, Time, Signatures);
        var contents = Cut(Fill(layout), layout);
        if (IndexText is not null)
        {
            contents.RemoveRange(0, indexBytes.Length < Limits.Large ? 1 : layout.Frames.TakeWhile(frame => frame.FirstEntry == 0).Count());
            contents.InsertRange(0, IndexFrames(Encoding.Latin1.GetBytes(IndexText(Encoding.Latin1.GetString(indexBytes)))));
        }

        Cuts(contents);
        using var codec = new FrameCodec();
        var frames = contents.Select(content => Encode(codec, content)).ToList();
        Frames(frames);
        return Package(Assemble(contents, frames));
    }

    private byte[] Fill(PackageLayout layout)
    {
        var stream = new byte[layout.StreamLength];
        foreach (var frame in layout.Frames)
        {
            var target = stream.AsSpan((int)frame.Offset, frame.Length);
            if (frame.IsData)
            {
                Data(layout, frame.FirstEntry).Slice((int)frame.DataOffset, frame.Length).CopyTo(target);
                continue;
            }

            foreach (var segment in layout.Segments(frame))
            {
                var piece = target.Slice(segment.Offset, segment.Length);
                if (segment.Kind == SegmentKind.Header)
                {
                    layout.WriteHeader(segment.Entry, piece);
                }
                else if (segment.Kind == SegmentKind.Data)
                {
                    Data(layout, segment.Entry)[..piece.Length].CopyTo(piece);
                }
            }
        }

        Stream(stream, layout);
        return stream;
    }

    private ReadOnlySpan<byte> Data(PackageLayout layout, int entry) =>
        layout.DigestOf(entry) is { } digest ? Contents[digest] : layout.DerivedData(entry);

    private static List<byte[]> Cut(byte[] stream, PackageLayout layout) =>
        [.. layout.Frames.Select(frame => stream.AsSpan((int)frame.Offset, frame.Length).ToArray())];

    // Of a large index, the padding comes alone: the frames after it stay as they were (spec FRAME-3 would join them).
    private List<byte[]> IndexFrames(byte[] text)
    {
        var header = new byte[TarHeader.Block];
        TarHeader.Write(header, Encoding.ASCII.GetBytes(BundleIndex.EntryName), 420, text.Length, Time, (byte)'0', default);
        var padding = new byte[TarHeader.Padding(text.Length)];
        return text.Length < Limits.Large ? [[.. header, .. text, .. padding]]
            : [header, .. text.Chunk(Limits.Frame), .. padding.Length > 0 ? new[] { padding } : []];
    }

    private static byte[] Encode(FrameCodec codec, byte[] content)
    {
        var target = new byte[ZstdFrame.MaxLength + content.Length];
        return target[..codec.Compress(content, target)];
    }

    private byte[] Assemble(List<byte[]> contents, List<byte[]> frames)
    {
        using var package = new MemoryStream();
        var ranges = new RangeHasher();
        var seek = new List<SeekEntry>();
        for (var i = 0; i < frames.Count; i++)
        {
            package.Write(frames[i]);
            ranges.Append(frames[i]);

            // True of the content, whatever was done to the frame; where frames came or went, what they state.
            var checksum = frames.Count == contents.Count ? ZstdFrame.ContentChecksum(contents[i]) : ZstdFrame.StatedChecksum(frames[i]);
            seek.Add(new SeekEntry((uint)frames[i].Length, (uint)(i < contents.Count ? contents[i].Length : 0), checksum));
        }

        var table = Ranges(RangeTable.Write(ranges.Length, ranges.Finish()));
        seek.Add(new SeekEntry((uint)table.Length, 0, SeekTable.EmptyChecksum));
        package.Write(table);
        package.Write(Seek(SeekTable.Write(seek)));
        return package.ToArray();
    }
}
