using System.Text;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>The head of a package by itself, as listing reads it and everything else begins; and the layout that follows from it.</summary>
public sealed class HeadTests
{
    /// <summary>Whole packages, and the one that lies in parts.</summary>
    public static TheoryData<string> Valid => [.. Vectors.Valid.Select(row => row.Data).Where(name => !name.StartsWith("good-split", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_writer_fills_in_the_very_frames_that_a_package_holds(string name)
    {
        using var codec = new FrameCodec();
        var stream = new FrameStream(new MemoryStream(File.ReadAllBytes(Vectors.PathOf(name))));
        var contents = new List<byte[]>();
        while (stream.Read(out var frame) == FrameStatus.Data)
        {
            contents.Add(new byte[stream.Seen[^1].Content]);
            Assert.True(codec.TryDecompress(frame.Span, contents[^1]));
        }

        var layout = new PackageLayout(Read(File.ReadAllBytes(Vectors.PathOf(name))));
        Assert.Equal(contents.Select(content => content.Length), layout.Frames.Select(frame => frame.Length));
        Assert.Equal(contents.Sum(content => (long)content.Length), layout.StreamLength);
        long at = 0;
        foreach (var (frame, content) in layout.Frames.Zip(contents))
        {
            Assert.Equal(at, frame.Offset);
            at += frame.Length;
            if (!frame.IsData)
            {
                var filled = new byte[content.Length];
                Array.Fill(filled, (byte)0xEE);
                layout.Fill(frame, filled, (entry, target) => content.AsSpan(layout.Segments(frame).Single(s => s.Entry == entry && s.Kind == SegmentKind.Data).Offset, target.Length).CopyTo(target));
                Assert.Equal(content, filled);
            }
        }
    }

    [Theory]
    [InlineData("pkg-1-empty", "not-a-bundle", "the input is empty")]
    [InlineData("pkg-1-tar", "not-a-bundle", "this is not a bundle")]
    [InlineData("pkg-1-byte-first", "not-a-bundle", "this is not a bundle")]
    [InlineData("tar-3-index-mode", "not-a-bundle", "this is not a bundle")]
    [InlineData("tar-5-time-form", "not-a-bundle", "this is not a bundle")]
    [InlineData("pkg-1-cut-one-byte", "truncated", "the package's head is damaged, so nothing can be said of its content")]
    [InlineData("pkg-1-cut-in-index", "truncated", "the package's head is damaged, so nothing can be said of its content")]
    [InlineData("frame-3-index-split", "stream-invalid", "the index does not end where its header says [TAR-6]")]
    [InlineData("tar-6-padding-of-index", "stream-invalid", "the index does not end where its header says [TAR-6]")]
    [InlineData("frame-3-index-large-padding", "stream-invalid", "the index does not end where its header says [TAR-6]")]
    [InlineData("tar-6-padding-of-large-index", "stream-invalid", "the index does not end where its header says [TAR-6]")]
    [InlineData("frame-3-index-large-half", "frame-invalid", "the index is cut into other frames than it has to be [FRAME-3]")]
    [InlineData("frame-3-index-large-header-more", "frame-invalid", "the index is cut into other frames than it has to be [FRAME-3]")]
    [InlineData("lim-1-index", "limit-exceeded", "an index of 67108865 bytes exceeds the limit of 67108864")]
    [InlineData("sig-1-name-upper", "stream-invalid", "a signature of the index is not named and sized as it has to be [SIG-1]")]
    [InlineData("sig-1-size-malformed", "stream-invalid", "a signature of the index is not named and sized as it has to be [SIG-1]")]
    [InlineData("sig-1-empty-twice", "stream-invalid", "a signature of the index is not named and sized as it has to be [SIG-1]")]
    [InlineData("sig-1-oversized-twice", "stream-invalid", "a signature of the index is not named and sized as it has to be [SIG-1]")]
    [InlineData("sig-1-mode", "stream-invalid", "a signature of the index does not have the header and padding that it has to have [SIG-1]")]
    [InlineData("sig-1-padding", "stream-invalid", "a signature of the index does not have the header and padding that it has to have [SIG-1]")]
    [InlineData("sig-2-order", "stream-invalid", "a signature of the index stands in the wrong order, or twice [SIG-2]")]
    [InlineData("sig-2-twice", "stream-invalid", "a signature of the index stands in the wrong order, or twice [SIG-2]")]
    public void What_is_wrong_with_a_head_is_told_from_the_head_alone(string vector, string id, string message)
    {
        var fault = Assert.Throws<BundleException>(() => Read(File.ReadAllBytes(Vectors.PathOf(vector)))).Fault;
        Assert.Equal((id, message), (fault.Id.Name, fault.Message));
        Assert.NotNull(fault.Hint);
        Assert.Equal(id == "not-a-bundle" ? null : vector.StartsWith("sig", StringComparison.Ordinal) ? BundleSignature.Folder : BundleIndex.EntryName, fault.Entry);
    }

    [Theory]
    [InlineData(100, "not-a-bundle")]
    [InlineData(511, "not-a-bundle")]
    [InlineData(512, "stream-invalid")]
    [InlineData(513, "stream-invalid")]
    public void A_head_is_at_least_a_header(int length, string id)
    {
        var content = new byte[length];
        var header = new byte[TarHeader.Block];
        TarHeader.Write(header, "bundle.json"u8, 420, 2, 0, (byte)'0', default);
        header.AsSpan(0, Math.Min(length, header.Length)).CopyTo(content);
        Assert.Equal(id, Refused(Frame(content)).Id.Name);
    }

    [Theory]
    [InlineData(Limits.Index, "truncated")]
    [InlineData(Limits.Index + 1, "limit-exceeded")]
    public void An_index_is_at_most_so_large(int size, string id)
    {
        var header = new byte[TarHeader.Block];
        TarHeader.Write(header, "bundle.json"u8, 420, size, 0, (byte)'0', default);
        var fault = Refused(Frame(header));
        Assert.Equal((id, BundleIndex.EntryName), (fault.Id.Name, fault.Entry));
    }

    [Fact]
    public void An_index_of_several_frames_is_put_together_and_what_is_damaged_in_it_is_told_with_its_place()
    {
        var index = Large();
        var bytes = IndexWriter.Write(index);
        Assert.InRange(bytes.Length, Limits.Frame + 1, 2 * Limits.Frame);
        var header = new byte[TarHeader.Block];
        TarHeader.Write(header, "bundle.json"u8, 420, bytes.Length, 0, (byte)'0', default);
        byte[][] frames = [Frame(header), Frame(bytes[..Limits.Frame]), Frame(bytes[Limits.Frame..]), Frame(new byte[TarHeader.Padding(bytes.Length)])];
        var head = Read([.. frames.SelectMany(frame => frame)]);
        Assert.Equal(bytes, head.IndexBytes);
        Assert.Equal(4, head.Frames);
        Assert.Equal(Digest.Of(bytes), head.BundleDigest);

        frames[1][^6] ^= 1;
        var fault = Refused([.. frames.SelectMany(frame => frame)]);
        Assert.Equal((FaultId.FrameInvalid, frames[0].Length, frames[1].Length, BundleIndex.EntryName), (fault.Id, fault.Offset, fault.Length, fault.Entry));
        Assert.NotNull(fault.Hint);
        Assert.Equal((FaultId.Truncated, frames[0].Length, 1), Refused(frames[0]) is var cut ? (cut.Id, cut.Offset, cut.Length) : default);
    }

    [Theory]
    [InlineData("good-minimal", 0)]
    [InlineData("good-signed", 1)]
    [InlineData("good-signed-twice", 2)]
    [InlineData("good-signed-most", 8)]
    public void Who_accepts_a_head_sees_the_index_and_its_signatures_first(string vector, int count)
    {
        var bytes = File.ReadAllBytes(Vectors.PathOf(vector));
        var (seen, signatures) = (Array.Empty<byte>(), -1);
        var head = PackageHead.Read(new FrameStream(new MemoryStream(bytes)), (index, found) => (seen, signatures) = (index, found.Count));
        Assert.Equal((count, count), (signatures, head.Signatures.Count));
        Assert.Equal(head.IndexBytes, seen);
        Assert.Throws<TimeoutException>(() => PackageHead.Read(new FrameStream(new MemoryStream(bytes)), (_, _) => throw new TimeoutException()));

        // It is asked before the index is even parsed.
        Assert.Throws<TimeoutException>(() => PackageHead.Read(new FrameStream(new MemoryStream(File.ReadAllBytes(Vectors.PathOf("idx-1-no-json")))), (_, _) => throw new TimeoutException()));
    }

    [Fact]
    public void Signatures_that_cannot_be_read_keep_their_place()
    {
        var head = Read(File.ReadAllBytes(Vectors.PathOf("frame-1-signature-damaged")));
        Assert.Null(Assert.Single(head.Signatures).KeyId);
        Assert.Empty(Read(File.ReadAllBytes(Vectors.PathOf("good-minimal"))).Signatures);

        // A frame of such a length that is damaged, but has to stand there by the index, is none.
        var lengths = 0;
        foreach (var name in Vectors.Valid.Select(row => row.Data).Where(name => !name.StartsWith("good-s", StringComparison.Ordinal)))
        {
            var bytes = File.ReadAllBytes(Vectors.PathOf(name));
            var good = new FrameStream(new MemoryStream(bytes));
            if (Read(bytes).Frames == 1 && good.Read(out _) == FrameStatus.Data && good.Read(out _) == FrameStatus.Data && SignatureFrame.IsLength(good.Seen[1].Content))
            {
                bytes[good.Position - 1] ^= 1;
                Assert.Empty(Read(bytes).Signatures);
                lengths++;
            }
        }

        Assert.NotEqual(0, lengths);
    }

    [Fact]
    public void Only_whole_entries_up_to_eight_can_be_signatures()
    {
        var lengths = Enumerable.Range(-1, 20_000).Where(length => SignatureFrame.IsLength(length));
        Assert.Equal(Enumerable.Range(1, 8).Select(count => 1024 * count), lengths.Where(length => length > 0));
        Assert.Equal(3, SignatureFrame.Unreadable(3072).Count);
    }

    private static PackageHead Read(byte[] package) => PackageHead.Read(new FrameStream(new MemoryStream(package)));

    private static Fault Refused(byte[] package) => Assert.Throws<BundleException>(() => Read(package)).Fault;

    private static byte[] Frame(byte[] content)
    {
        var frame = new byte[ZstdFrame.StoredLength(content.Length)];
        ZstdFrame.Store(content, frame);
        return frame;
    }

    private static BundleIndex Large()
    {
        var builder = new IndexBuilder();
        for (var i = 0; i < 600; i++)
        {
            builder.AddFile(new IndexFile($"{i:000}/" + string.Concat(Enumerable.Repeat("p/", 2000)) + "q", 420, 1, Digest.Of(Encoding.ASCII.GetBytes("file"))));
        }

        return builder.Build();
    }
}
