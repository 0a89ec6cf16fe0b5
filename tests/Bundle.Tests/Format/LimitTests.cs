using System.Buffers.Binary;
using System.Text;
using Bundle.Create;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Parts;
using Bundle.Reading;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>The limits of packages (spec section 8): what is at one is read, one past it is refused as such.</summary>
public sealed class LimitTests
{
    private static readonly string Zeros = new('0', 64);

    /// <summary>Members of the index that are lists, and one item of each, short as an index has to stay below its own limit.</summary>
    public static TheoryData<string, string, string> Lists => new()
    {
        { "tags", "\"tags\":[\"1.0\"]", "\"t\"" },
        { "platforms", "\"platforms\":[\"linux/amd64\"]", "\"a/b\"" },
        { "layers", "\"layers\":[2,3]", "0" },
        { "children", "\"config\":1,\"layers\":[2,3]", "0" },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_list_of_the_index_has_at_most_so_many(string what, string member, string item)
    {
        var good = Encoding.ASCII.GetString(GoodIndex());
        Assert.Contains(member, good, StringComparison.Ordinal);
        var name = what == "children" ? "manifests" : what;
        string With(int count) => good.Replace(member, $"\"{name}\":[" + string.Join(',', Enumerable.Repeat(item, count)) + "]", StringComparison.Ordinal);
        Assert.NotEqual(FaultId.LimitExceeded, Refused(With(Limits.Count)).Id);
        Assert.Equal(FaultId.LimitExceeded, Refused(With(Limits.Count + 1)).Id);
    }

    [Fact]
    public void An_index_has_at_most_so_many_bytes()
    {
        Assert.NotEqual(FaultId.LimitExceeded, Refused(new byte[Limits.Index]).Id);
        Assert.Equal(FaultId.LimitExceeded, Refused(new byte[Limits.Index + 1]).Id);
    }

    [Fact]
    public void Counts_of_blobs_images_and_files_are_limited_too()
    {
        // Below its own limit in bytes an index has no room for so many of them: so the check itself.
        IndexFaults.CheckCount(Limits.Count, "blobs");
        Assert.Equal(FaultId.LimitExceeded, Assert.Throws<BundleException>(() => IndexFaults.CheckCount(Limits.Count + 1, "blobs")).Fault.Id);
    }

    [Fact]
    public void A_manifest_has_at_most_so_many_bytes()
    {
        Assert.Equal(MediaTypes.OciManifest, Manifest.Parse(Padded(Limits.Manifest)).MediaType);
        Assert.Contains("limit", Assert.Throws<FormatException>(() => Manifest.Parse(Padded(Limits.Manifest + 1))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Limits.JsonDepth, true)]
    [InlineData(Limits.JsonDepth + 1, false)]
    [InlineData(1_000_000, false)]
    public void Json_nests_at_most_so_deep(int depth, bool good)
    {
        // The manifest itself is the first level.
        var json = ManifestWith(new string('[', depth - 1) + new string(']', depth - 1));
        Assert.Equal(good, Record.Exception(() => Manifest.Parse(json)) is null);
    }

    [Theory]
    [InlineData(Limits.Frames, Limits.Frames)]
    [InlineData(Limits.Frames + 1, -1)]
    [InlineData(2, 2)]
    [InlineData(1, -1)]
    [InlineData(-1, -1)]
    public void A_seek_table_has_at_most_so_many_frames(int stated, int read)
    {
        byte[] footer = [0, 0, 0, 0, 0x80, 0xB1, 0xEA, 0x92, 0x8F];
        BinaryPrimitives.WriteInt32LittleEndian(footer, stated);
        Assert.Equal(read, SeekTable.ReadFooter(footer));
    }

    [Theory]
    [InlineData(Limits.Frame, true)]
    [InlineData(Limits.Frame + 1, false)]
    public void A_frame_states_at_most_so_much_content(int content, bool good)
    {
        byte[] header = [.. ZstdFrame.Magic, 0xA4, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(5), content);
        Assert.Equal(good, ZstdFrame.TryReadHeader(header, out _, out _));
    }

    [Theory]
    [InlineData(Limits.Signature, true)]
    [InlineData(Limits.Signature + 1, false)]
    public void A_signature_has_at_most_so_many_bytes(int size, bool good)
    {
        var text = Encoding.ASCII.GetString(GoodIndex());
        var start = text.IndexOf("\"digest\":\"", StringComparison.Ordinal) + 10;
        var digest = text[start..(start + 71)];
        var json = text.Replace("\"signatures\":[]", $"\"signatures\":[{{\"manifest\":\"{digest}\",\"number\":1,\"digest\":\"sha256:{Zeros}\",\"size\":{size}}}]", StringComparison.Ordinal);
        Assert.Equal(good, Record.Exception(() => IndexReader.Read(Encoding.ASCII.GetBytes(json))) is null);
    }

    [Fact]
    public void Repositories_have_at_most_so_many_links()
    {
        // 2,048 repositories of one image: for each, its layers, its config, its revision, and two links of its tag.
        const int Repositories = 2048, Layers = (Limits.Links / Repositories) - 4;
        Assert.Equal(Limits.Links, new RepositoryLinks(ManyLinks(Repositories, Layers, more: false)).Links.Count);
        var fault = Assert.Throws<BundleException>(() => new RepositoryLinks(ManyLinks(Repositories, Layers, more: true))).Fault;
        Assert.Equal(FaultId.LimitExceeded, fault.Id);
    }

    [Fact]
    public void The_walks_over_all_images_have_at_most_so_many_steps()
    {
        var index = ManyLinks(1, 1, more: false);
        var walk = new ManifestWalk(index);
        walk.Charge(Limits.WalkSteps - 1);
        walk.Visit(ImageClosure.Root(index, index.Images[0]), []);
        Assert.Equal(FaultId.LimitExceeded, Assert.Throws<BundleException>(() => walk.Charge(1)).Fault.Id);
    }

    [Fact]
    public void What_follows_from_an_index_has_at_most_so_many_bytes()
    {
        // By itself the limit takes half a GiB of memory; that it is the one in use is one line.
        var index = ManyLinks(3, 2, more: true);
        foreach (var write in (Func<BundleIndex, int, byte[]>[])[DerivedDocuments.OciIndex, DerivedDocuments.DockerManifest])
        {
            var whole = write(index, Limits.DerivedDocument);
            Assert.Equal(whole, write(index, whole.Length));
            Assert.Equal(FaultId.LimitExceeded, Assert.Throws<BundleException>(() => write(index, whole.Length - 1)).Fault.Id);
        }
    }

    [Fact]
    public void Frames_that_wait_for_their_turn_have_at_most_so_many_bytes()
    {
        var package = File.ReadAllBytes(Vectors.PathOf("good-many-frames"));
        var frames = new FrameStream(new MemoryStream(package));
        Assert.Equal((FrameStatus.Data, FrameStatus.Data), (frames.Read(out _), frames.Read(out _)));
        foreach (var more in (int[])[0, -1])
        {
            var held = new HeldFrames(new FrameStream(new MemoryStream(package)), frames.Position + more);
            Assert.NotNull(held.Hold());
            var fault = Record.Exception(() => held.Hold()) as BundleException;
            Assert.Equal(more < 0 ? FaultId.LimitExceeded : null, fault?.Fault.Id);
        }
    }

    [Fact]
    public void A_split_package_has_at_most_so_many_parts()
    {
        PartsList List(int count) => new(default, count, [.. Enumerable.Repeat(new PackagePart(1, default), count)]);
        Assert.Equal(Limits.Parts, PartsListFormat.Read(PartsListFormat.Write(List(Limits.Parts)), "p").Parts.Count);
        var fault = Assert.Throws<BundleException>(() => PartsListFormat.Read(PartsListFormat.Write(List(Limits.Parts + 1)), "p")).Fault;
        Assert.Equal(FaultId.PartsListInvalid, fault.Id);
        Assert.Contains("more than 999 parts", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_more_parts_are_written_than_can_be_read()
    {
        using var temp = new TempFolder();
        using (var good = new PartsOutput(temp["p"], 1, sync: false))
        {
            good.Write(new byte[Limits.Parts]);
            Assert.Equal(Limits.Parts, good.Commit(default, replace: false).Parts.Count);
        }

        Assert.Equal(Limits.Parts, SplitPackage.Find(temp["p.parts"])!.List.Parts.Count);
        using var bad = new PartsOutput(temp["q"], 1, sync: false);
        bad.Write(new byte[Limits.Parts]);
        Assert.Equal(FaultId.TooMuch, Assert.Throws<BundleException>(() => bad.Write(new byte[1])).Fault.Id);
    }

    [Theory]
    [InlineData(0, "canonical")]
    [InlineData(1, "too long")]
    public async Task A_list_of_parts_has_at_most_so_many_bytes(int more, string words)
    {
        using var temp = new TempFolder();
        using var server = new OddFileServer();
        var list = PartsListFormat.Write(new PartsList(default, 1, [new PackagePart(1, default)]));
        byte[] padded = [.. list, .. Enumerable.Repeat((byte)' ', Limits.PartsList + more - list.Length)];
        temp.Write("p.parts", padded);
        server.Files["/p.parts"] = padded;
        foreach (var ranges in (bool[])[true, false])
        {
            server.Ranges = ranges;
            foreach (var input in (PackageInput[])[PackageInput.File(temp["p.parts"]), PackageInput.At(new Uri(server.Url + "/p.parts"), new())])
            {
                var fault = (await Task.Run(() => Assert.Throws<BundleException>(() => PackageFile.Open(input)))).Fault;
                Assert.Equal(FaultId.PartsListInvalid, fault.Id);
                Assert.Contains(words, fault.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_cut_package_of_a_million_links_is_told_in_seconds()
    {
        var package = MillionLinks();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var report = Bundle.Verify.Verifier.Run(PackageInput.From(new MemoryStream(package)), 1, NoProgress.Instance, CancellationToken.None);
        Assert.False(report.IsWhole);
        Assert.Equal(1000, report.AffectedImages.Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"it took {watch.Elapsed}");
    }

    /// <summary>The head of a package of 1,000 images of 1,000 layers each.</summary>
    internal static byte[] MillionLinks() => Head(IndexWriter.Write(ManyLinks(1000, 1000, more: false)));

    private static BundleIndex ManyLinks(int repositories, int layers, bool more)
    {
        var builder = new IndexBuilder();
        var parts = string.Join(',', Enumerable.Range(0, layers).Select(i => $$"""{"mediaType":"x/y","digest":"{{Digest.Of(BitConverter.GetBytes(i))}}","size":4}"""));
        var json = Encoding.ASCII.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"x/y","digest":"sha256:{{Zeros}}","size":1},"layers":[{{parts}}]}""");
        builder.AddManifest(Digest.Of(json), json.Length, Manifest.Parse(json));
        for (var i = 0; i < repositories; i++)
        {
            builder.AddImage(ImageName.TryParse($"r{i:d5}")!, more && i == 0 ? ["1", "2"] : ["1"], false, Digest.Of(json), [], []);
        }

        return builder.Build();
    }

    private static byte[] Head(byte[] index)
    {
        using var codec = new FrameCodec();
        var header = new byte[TarHeader.Block];
        TarHeader.Write(header, "bundle.json"u8, 420, index.Length, 0, (byte)'0', default);
        var target = new byte[ZstdFrame.MaxLength];
        using var package = new MemoryStream();
        foreach (var content in new[] { header }.Concat(index.Chunk(Limits.Frame)).Append(new byte[TarHeader.Padding(index.Length)]).Where(one => one.Length > 0))
        {
            package.Write(target.AsSpan(0, codec.Compress(content, target)));
        }

        return package.ToArray();
    }

    private static byte[] GoodIndex() => PackageHead.Read(new FrameStream(new MemoryStream(File.ReadAllBytes(Vectors.PathOf("tar-2-entry-missing"))))).IndexBytes;

    private static Fault Refused(string json) => Refused(Encoding.ASCII.GetBytes(json));

    private static Fault Refused(byte[] json) => Assert.Throws<BundleException>(() => IndexReader.Read(json)).Fault;

    private static byte[] Padded(int length) => ManifestWith("\"" + new string('x', length - ManifestWith("\"\"").Length) + "\"");

    private static byte[] ManifestWith(string more) => Encoding.ASCII.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"x/y","digest":"sha256:{{Zeros}}","size":1},"layers":[],"more":{{more}}}""");
}
