using System.Text;
using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>
/// The rules between the parts of an index (spec section 4), each by itself and at its edges: the vectors show that a package which breaks one is refused,
/// these that it is refused by that rule. What no document can say, such as a negative size, is tried too: sources make an index without one.
/// </summary>
public sealed class RuleTests
{
    private const string Layer = "application/vnd.oci.image.layer.v1.tar";

    // The sizes may add up to this (spec IDX-1).
    private const long Most = long.MaxValue / 2;

    private static readonly Digest Last = new([.. Enumerable.Repeat((byte)0xFF, 32)]);

    // Made anew for each test, so that none depends on what another one made.
    private readonly BundleIndex _good = Make();

    private long Total => _good.Blobs.Sum(blob => blob.Size) + _good.Files.Sum(file => file.Size) + _good.Images.SelectMany(image => image.Signatures).Sum(signature => signature.Size);

    // What breaks a rule: its name, the rule that has to be told, and the index.
    private Dictionary<string, (string Rule, BundleIndex Index)> Broken => new(StringComparer.Ordinal)
    {
        ["size below zero"] = ("IDX-1", Blob(IsSmall, blob => blob with { Size = -1 })),
        ["media type missing"] = ("IDX-12", Blob(IsSmall, blob => blob with { MediaType = "" })),
        ["config and manifests"] = ("IDX-12", Blob(IsImage, blob => blob with { Manifests = [] })),
        ["layers without config"] = ("IDX-12", Blob(IsSmall, blob => blob with { Layers = [At(IsLarge)] })),
        ["config in a list"] = ("IDX-12", Blob(IsImage, blob => blob with { MediaType = MediaTypes.OciIndex })),
        ["manifests in an image"] = ("IDX-12", Blob(IsList, blob => blob with { MediaType = MediaTypes.OciManifest })),
        ["config before the first"] = ("IDX-12", Blob(IsImage, blob => blob with { Config = -1 })),
        ["config behind the last"] = ("IDX-12", Blob(IsImage, blob => blob with { Config = _good.Blobs.Count })),
        ["layer before the first"] = ("IDX-12", Blob(IsImage, blob => blob with { Layers = [.. blob.Layers, -1] })),
        ["layer behind the last"] = ("IDX-12", Blob(IsImage, blob => blob with { Layers = [.. blob.Layers, _good.Blobs.Count] })),
        ["child before the first"] = ("IDX-12", Blob(IsList, blob => blob with { Manifests = [.. blob.Manifests!, -1] })),
        ["child behind the last"] = ("IDX-12", Blob(IsList, blob => blob with { Manifests = [.. blob.Manifests!, _good.Blobs.Count] })),
        ["child is a layer"] = ("IDX-12", Blob(IsList, blob => blob with { Manifests = [.. blob.Manifests!, At(IsSmall)] })),
        ["manifest in a base"] = ("IDX-18", Blob(IsImage, blob => blob with { Data = BlobData.Base })),
        ["list left out"] = ("IDX-18", Blob(IsList, blob => blob with { Data = BlobData.Omitted })),
        ["layer left out"] = ("IDX-19", Blob(IsSmall, blob => blob with { Data = BlobData.Omitted })),
        ["config left out"] = ("IDX-19", Blob(IsConfig, blob => blob with { Data = BlobData.Omitted })),
        ["manifest too large"] = ("LIM-1", Blob(IsImage, blob => blob with { Size = Limits.Manifest + 1 })),
        ["child left out too large"] = ("LIM-1", Blob(IsOmitted, blob => blob with { Size = Limits.Manifest + 1 })),
        ["section of large blobs first"] = ("IDX-13", Blob(IsSmall, blob => blob with { Size = Limits.Large })),
        ["a blob twice"] = ("IDX-13", _good with { Blobs = [.. _good.Blobs, _good.Blobs[^1]] }),
        ["a digest in two sections"] = ("IDX-13", _good with { Blobs = [.. _good.Blobs, new IndexBlob(_good.Blobs.MaxBy(blob => blob.Digest)!.Digest, Limits.Large, Layer, null, [], null)] }),
        ["a list of itself"] = ("IDX-15", Blob(IsList, blob => blob with { Manifests = [At(IsList)] })),
        ["nothing has a blob"] = ("IDX-14", _good with { Blobs = [.. _good.Blobs, new IndexBlob(Last, long.MaxValue / 4, Layer, null, [], null)] }),
        ["nothing has the first blob"] = ("IDX-14", _good with { Images = [_good.Images[0] with { Digest = _good.Images[1].Digest, MediaType = MediaTypes.OciManifest, Platforms = [], Signatures = [] }] }),
        ["lent by a base before the first"] = ("IDX-4", Blob(IsLent, blob => blob with { Base = -1 })),
        ["lent by a base behind the last"] = ("IDX-4", Blob(IsLent, blob => blob with { Base = 2 })),
        ["a base that lends nothing"] = ("IDX-4", _good with { Bases = [.. _good.Bases, Last] }),
        ["bases out of order"] = ("IDX-4", _good with { Bases = [_good.Bases[1], _good.Bases[0]] }),
        ["a base twice"] = ("IDX-4", _good with { Bases = [_good.Bases[0], _good.Bases[0]] }),
        ["images out of order"] = ("IDX-5", _good with { Images = [_good.Images[1], _good.Images[0]] }),
        ["a tag that is none"] = ("IDX-8", Image(image => image with { Tags = ["a/b"] })),
        ["tags out of order"] = ("IDX-8", Image(image => image with { Tags = ["2", "1"] })),
        ["a tag twice"] = ("IDX-8", Image(image => image with { Tags = ["1", "1"] })),
        ["no reference"] = ("IDX-9", Image(image => image with { Tags = [] })),
        ["image of no blob"] = ("IDX-10", Image(image => image with { Digest = Digest.Of([]) })),
        ["image of a layer"] = ("IDX-10", Image(image => image with { Digest = _good.Blobs[At(IsSmall)].Digest, MediaType = Layer })),
        ["another media type"] = ("IDX-10", Image(image => image with { MediaType = MediaTypes.DockerList })),
        ["a platform that is none"] = ("IDX-10", Image(image => image with { Platforms = ["linux"] })),
        ["platforms out of order"] = ("IDX-10", Image(image => image with { Platforms = ["b/b", "a/a"] })),
        ["an image manifest of two platforms"] = ("IDX-10", _good with { Images = [_good.Images[0], _good.Images[1] with { Platforms = ["a/a", "b/b"] }] }),
        ["signature 0"] = ("IDX-11", Signed(s => [s[0] with { Number = 0 }, s[1]])),
        ["signatures out of order"] = ("IDX-11", Signed(s => [s[0] with { Number = 2 }, s[0]])),
        ["a signature twice"] = ("IDX-11", Signed(s => [s[0], s[0]])),
        ["signature size below zero"] = ("IDX-11", Signed(s => [s[0] with { Size = -1 }])),
        ["signature too large"] = ("IDX-11", Signed(s => [s[0] with { Size = Limits.Signature + 1 }])),
        ["a signature of two sizes"] = ("IDX-11", Signed(s => [s[0], s[0] with { Number = 2, Size = 7 }])),
        ["a signature of another image"] = ("IDX-11", _good with { Images = [_good.Images[0], _good.Images[1] with { Signatures = [_good.Images[0].Signatures.Single(s => s.Manifest == _good.Images[0].Digest)] }] }),
        ["a signature of another image behind good ones"] = ("IDX-11", Signed(s => [.. s, s[0] with { Manifest = Last }])),
        ["a mode below zero"] = ("IDX-16", _good with { Files = [_good.Files[0] with { Mode = -1 }] }),
        ["a mode above 0777"] = ("IDX-16", _good with { Files = [_good.Files[0] with { Mode = 512 }] }),
        ["a file's size below zero"] = ("IDX-16", _good with { Files = [_good.Files[0] with { Size = -1 }] }),
        ["files out of order"] = ("IDX-16", _good with { Files = [_good.Files[1], _good.Files[0]] }),
        ["a file twice"] = ("IDX-16", _good with { Files = [_good.Files[0], _good.Files[0]] }),
        ["no path"] = ("IDX-17", _good with { Files = [_good.Files[0] with { Path = "../a" }] }),
        ["a file below a file"] = ("IDX-17", Files("a", "a/b")),
        ["a file far below a file, with others between"] = ("IDX-17", Files("x/a", "x/a b", "x/a-", "x/a/b/c", "x/aa")),
        ["a file below one in the last place"] = ("IDX-17", Files("a", "b", "c", "c/d")),
        ["sizes of blobs that add up to too much"] = ("IDX-1", Blob(IsLarge, blob => blob with { Size = Most - Total + Limits.Large + 1 })),
        ["sizes of files that add up to too much"] = ("IDX-1", _good with { Files = [_good.Files[0] with { Size = Most - Total + 6 }, _good.Files[1]] }),
    };

    // What stands at the edge of a rule and keeps it.
    private Dictionary<string, BundleIndex> Kept => new(StringComparer.Ordinal)
    {
        ["as it is"] = _good,
        ["no size"] = Blob(IsSmall, blob => blob with { Size = 0 }),
        ["a byte less than large"] = Blob(IsSmall, blob => blob with { Size = Limits.Large - 1 }),
        ["as large as a manifest may be"] = Blob(IsImage, blob => blob with { Size = Limits.Manifest }),
        ["a child left out as large as it may be"] = Blob(IsOmitted, blob => blob with { Size = Limits.Manifest }),
        ["a child left out of two lists"] = TwoLists(),
        ["a layer of any size"] = Blob(IsLarge, blob => blob with { Size = Most - Total + Limits.Large }),
        ["by digest alone"] = Image(image => image with { Tags = [], ByDigest = true }),
        ["no platform"] = Image(image => image with { Platforms = [] }),
        ["one tag of one repository below two names, for one manifest"] = _good with { Images = [.. _good.Images, _good.Images[0] with { Name = ImageName.TryParse("localhost/example/app")! }] },
        ["signatures as large as they may be"] = Signed(s => [s[0] with { Size = Limits.Signature }]),
        ["an empty signature"] = Signed(s => [s[0] with { Size = 0 }]),
        ["modes at both ends"] = _good with { Files = [_good.Files[0] with { Mode = 0 }, _good.Files[1] with { Mode = 511 }] },
        ["files beside each other"] = Files("a b", "a-", "a/a", "a/b/c", "a/bb", "aa", "é", "\uFFFD", "\U0001F600"),
        ["names that others begin with"] = Files("x/a", "x/a b", "x/a-", "x/aa/b", "x/b/c", "xx"),
    };

    [Fact]
    public void A_broken_rule_is_told_by_its_id()
    {
        foreach (var (name, (rule, index)) in Broken)
        {
            var fault = (Record.Exception(() => IndexValidator.Validate(index)) as BundleException)?.Fault;
            Assert.True(fault?.Message.EndsWith("[" + rule + "]", StringComparison.Ordinal), name + ": " + fault?.Message);
            Assert.Equal(rule == "LIM-1" ? FaultId.LimitExceeded : FaultId.IndexInvalid, fault!.Id);
            Assert.Equal(BundleIndex.EntryName, fault.Entry);
            Said.Check("rule: " + name, [fault]);
        }
    }

    [Fact]
    public void What_is_at_the_edge_of_a_rule_passes_and_reads_back()
    {
        foreach (var (name, index) in Kept)
        {
            Assert.True(Record.Exception(() => IndexValidator.Validate(index)) is null, name);
            var bytes = IndexWriter.Write(index);
            Assert.Equal(bytes, IndexWriter.Write(IndexReader.Read(bytes)));
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(40, false)]
    public void Lists_nest_at_most_so_deep(int lists, bool good)
    {
        var builder = new IndexBuilder();
        var manifest = Add(builder, ImageJson("app", []));
        for (var i = 0; i < lists; i++)
        {
            manifest = Add(builder, ListJson((manifest, MediaTypes.OciIndex, 9)), 9);
        }

        builder.AddImage(ImageName.TryParse("deep")!, ["1"], false, manifest, [], []);
        Assert.Equal(good, Record.Exception(builder.Build) is null);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("a b/é/~/...", true)]
    [InlineData("a\u0080b", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("a/..", false)]
    [InlineData("/a", false)]
    [InlineData("a/", false)]
    [InlineData("a//b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a\u001Fb", false)]
    [InlineData("a\u007Fb", false)]
    [InlineData("\0", false)]
    public void A_path_has_plain_components(string path, bool good) => Assert.Equal(good, FileRules.IsPath(path));

    [Fact]
    public void A_path_is_text()
    {
        Assert.True(FileRules.IsPath("\uD83D\uDE00"));
        Assert.False(FileRules.IsPath("a\uD83D"));
        Assert.False(FileRules.IsPath("\uDE00a"));
    }

    [Theory]
    [InlineData('a', 255, 256)]
    [InlineData('é', 127, 128)]
    [InlineData('€', 85, 86)]
    public void A_path_has_at_most_so_many_bytes(char c, int longest, int tooLong)
    {
        Assert.True(FileRules.IsPath(new string(c, longest)));
        Assert.False(FileRules.IsPath(new string(c, tooLong)));
        var bytes = Encoding.UTF8.GetByteCount([c]);
        var whole = string.Concat(Enumerable.Repeat(c + "/", (4096 / (bytes + 1)) - 1));
        var rest = 4096 - Encoding.UTF8.GetByteCount(whole);
        Assert.True(FileRules.IsPath(whole + new string('x', rest)));
        Assert.False(FileRules.IsPath(whole + new string('x', rest + 1)));
    }

    [Fact]
    public void Texts_are_ordered_by_their_code_points()
    {
        string?[] ordered = [null, "", "a", "a/", "aa", "b", "é", "\uD7FF", "\uE000", "\uFFFD", "\U00010000", "\U00010000a", "\U0001F600", "\U0010FFFF"];
        for (var i = 0; i < ordered.Length; i++)
        {
            for (var j = 0; j < ordered.Length; j++)
            {
                Assert.Equal(i.CompareTo(j), Math.Sign(Utf8Order.Instance.Compare(ordered[i], ordered[j])));
            }
        }
    }

    [Fact]
    public void An_image_has_what_is_below_its_manifest_and_nothing_left_out()
    {
        var list = ImageClosure.Of(_good, _good.Images[0]);
        Assert.Equal(Enumerable.Range(0, _good.Blobs.Count).Where(at => !IsOmitted(_good.Blobs[at])), list);
        var image = ImageClosure.Of(_good, _good.Images[1]);
        Assert.Equal(Enumerable.Range(0, _good.Blobs.Count).Where(at => !IsOmitted(_good.Blobs[at]) && !IsList(_good.Blobs[at])), image);
        Assert.Equal(image, ImageClosure.Reach(_good, [_good.Images[1]]).Index().Where(one => one.Item).Select(one => one.Index));
        Assert.DoesNotContain(true, ImageClosure.Reach(_good, []));
    }

    /// <summary>An index that has some of everything.</summary>
    internal static BundleIndex Make()
    {
        var builder = new IndexBuilder();
        var image = Add(builder, ImageJson("app", [("small", 5), ("large", Limits.Large), ("lent", 20), ("lent too", 30)]));
        var left = Digest.Of("left out"u8);
        builder.Omit(new Descriptor(MediaTypes.OciManifest, left, 12, null, HasUrls: false, null));
        var list = Add(builder, ListJson((image, MediaTypes.OciManifest, 9), (left, MediaTypes.OciManifest, 12)));
        builder.AddBase(Digest.Of("base one"u8), new HashSet<Digest> { Digest.Of("lent"u8) });
        builder.AddBase(Digest.Of("base two"u8), new HashSet<Digest> { Digest.Of("lent too"u8) });
        builder.AddImage(ImageName.TryParse("example/app")!, ["1.0", "2.0"], false, list, ["linux/amd64", "linux/arm64"],
            [new IndexSignature(list, 1, Digest.Of("of the list"u8), 3), new IndexSignature(image, 1, Digest.Of("of the image"u8), 4)]);
        builder.AddImage(ImageName.TryParse("example/base")!, ["1.0"], true, image, ["linux/amd64"], []);
        builder.AddFile(new IndexFile("a-b", 420, 5, Digest.Of("file"u8)));
        builder.AddFile(new IndexFile("a/b", 493, 5, Digest.Of("file"u8)));
        return builder.Build();
    }

    private static BundleIndex TwoLists()
    {
        var builder = new IndexBuilder();
        var image = Add(builder, ImageJson("app", []));
        var left = Digest.Of("left out"u8);
        builder.Omit(new Descriptor(MediaTypes.OciManifest, left, 12, null, HasUrls: false, null));
        foreach (var name in (string[])["one", "two"])
        {
            var list = Add(builder, ListJson((image, MediaTypes.OciManifest, 9), (left, MediaTypes.OciManifest, 12)).Replace("schemaVersion", $"{name}\":1,\"schemaVersion", StringComparison.Ordinal));
            builder.AddImage(ImageName.TryParse(name)!, ["1"], false, list, [], []);
        }

        return builder.Build();
    }

    private static Digest Add(IndexBuilder builder, string json, int size = 9)
    {
        var bytes = Encoding.ASCII.GetBytes(json);
        builder.AddManifest(Digest.Of(bytes), size, Manifest.Parse(bytes));
        return Digest.Of(bytes);
    }

    private static string ImageJson(string config, (string Content, long Size)[] layers) =>
        $$"""{"schemaVersion":2,"config":{{Part(MediaTypes.OciConfig, Digest.Of(Encoding.ASCII.GetBytes(config)), 2)}},"layers":[{{string.Join(',', layers.Select(layer =>
            Part(Layer, Digest.Of(Encoding.ASCII.GetBytes(layer.Content)), layer.Size)))}}]}""";

    private static string ListJson(params (Digest Digest, string Type, long Size)[] children) =>
        $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', children.Select(child => Part(child.Type, child.Digest, child.Size)))}}]}""";

    private static string Part(string type, Digest digest, long size) => $$"""{"mediaType":"{{type}}","digest":"{{digest}}","size":{{size}}}""";

    private static bool IsList(IndexBlob blob) => blob.Manifests is not null;

    private static bool IsImage(IndexBlob blob) => blob.Config is not null;

    private static bool IsConfig(IndexBlob blob) => blob.MediaType == MediaTypes.OciConfig;

    private static bool IsOmitted(IndexBlob blob) => blob.Data == BlobData.Omitted;

    private static bool IsLent(IndexBlob blob) => blob.Data == BlobData.Base;

    private static bool IsSmall(IndexBlob blob) => blob.Size == 5;

    private static bool IsLarge(IndexBlob blob) => blob.Size == Limits.Large;

    private int At(Func<IndexBlob, bool> which) => _good.Blobs.Index().First(one => which(one.Item)).Index;

    private BundleIndex Blob(Func<IndexBlob, bool> which, Func<IndexBlob, IndexBlob> edit)
    {
        var at = At(which);
        return _good with { Blobs = [.. _good.Blobs.Select((blob, i) => i == at ? edit(blob) : blob)] };
    }

    private BundleIndex Image(Func<IndexImage, IndexImage> edit) => _good with { Images = [edit(_good.Images[0]), _good.Images[1]] };

    private BundleIndex Signed(Func<IReadOnlyList<IndexSignature>, IReadOnlyList<IndexSignature>> edit) => Image(image => image with { Signatures = edit(image.Signatures) });

    private BundleIndex Files(params string[] paths) => _good with { Files = [.. paths.Select(path => _good.Files[0] with { Path = path })] };
}
