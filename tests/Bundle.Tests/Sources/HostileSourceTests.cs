using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Bundle.Extract;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Sources.Trees;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Sources;

/// <summary>Stores, layouts and archives that are damaged or made to attack: refused before anything is written, with the place.</summary>
public sealed class HostileSourceTests : IDisposable
{
    private const string Tags = "store/docker/registry/v2/repositories/kube-scheduler/_manifests/tags/v1.20.5/current/link";

    private readonly TempFolder _temp = new();

    public HostileSourceTests()
    {
        Samples.SampleSet.WriteKube(_temp["k"]);
        Forms.Create(_temp["p.tar.zst"], _temp["k/registry.k8s.io"]);
        Forms.Extract(_temp["p.tar.zst"], TargetForm.Registry, _temp["store"]);
        Forms.Extract(_temp["p.tar.zst"], TargetForm.Oci, _temp["layout"]);
    }

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("\n")]
    [InlineData("0")]
    public void A_link_with_a_byte_too_many_is_told(string more)
    {
        File.AppendAllText(_temp[Tags], more);
        var fault = Store(FaultId.SourceInvalid);
        Assert.Equal(["kube-scheduler:v1.20.5"], fault.Images);
        Assert.Contains("current/link", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_that_is_broken_does_no_harm_where_it_is_not_wanted()
    {
        File.Delete(_temp[Tags]);
        Assert.Contains("kube-scheduler:v1.20.5", Store(FaultId.SourceInvalid).Message, StringComparison.Ordinal);
        var list = _temp.Write("list.txt", "kube-apiserver:v1.20.5");
        Assert.Single(Forms.Create(new Create.CreateOptions { Sources = ["registry:" + _temp["store"]], ImagesFrom = list, Output = _temp["o.tar.zst"] }).Index.Images);
        File.AppendAllText(list, "\nkube-scheduler:v1.20.5");
        Assert.Throws<BundleException>(() => Forms.Create(new Create.CreateOptions { Sources = ["registry:" + _temp["store"]], ImagesFrom = list, Output = _temp["o.tar.zst"] }));
    }

    [Fact]
    public void A_link_to_another_digest_is_told()
    {
        var layers = Directory.GetDirectories(_temp["store/docker/registry/v2/repositories/kube-scheduler/_layers/sha256"]);
        File.Copy(layers[0] + "/link", layers[1] + "/link", overwrite: true);
        Assert.Contains("links to sha256:" + Path.GetFileName(layers[0]), Store(FaultId.SourceInvalid).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_of_schema_1_is_told_with_its_tag()
    {
        var bytes = Encoding.UTF8.GetBytes("""{"schemaVersion":1,"name":"x","signatures":[]}""");
        var digest = Digest.Of(bytes);
        _temp.Write($"store/docker/registry/v2/blobs/sha256/{digest.Hex[..2]}/{digest.Hex}/data", bytes);
        File.WriteAllText(_temp[Tags], digest.ToString());
        var fault = Store(FaultId.SourceInvalid);
        Assert.StartsWith("kube-scheduler:v1.20.5: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("schema 1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_data_under_a_digest_is_told()
    {
        var largest = new DirectoryInfo(_temp["store/docker/registry/v2/blobs"]).EnumerateFiles("data", SearchOption.AllDirectories).MaxBy(file => file.Length)!;
        var bytes = File.ReadAllBytes(largest.FullName);
        bytes[1000] ^= 1;
        File.WriteAllBytes(largest.FullName, bytes);
        Assert.Equal(largest.FullName, Store(FaultId.BlobMismatch).Entry);
    }

    [Theory]
    [InlineData("store/docker/registry/v2/repositories/evil", "registry:")]
    [InlineData("layout/blobs", "oci:")]
    [InlineData("layout/index.json", "oci:")]
    public void Symbolic_links_are_not_followed(string link, string transport)
    {
        if (Path.Exists(_temp[link]))
        {
            Directory.Move(_temp[link], _temp["moved"]);
        }
        else
        {
            Directory.CreateDirectory(_temp["moved"]);
        }

        Directory.CreateSymbolicLink(_temp[link], _temp["moved"]);
        Assert.Contains("symbolic link", Forms.Refused(FaultId.SourceInvalid, _temp, transport + _temp[link.Split('/')[0]]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_revision_without_a_tag_comes_along_where_it_is_about_an_image()
    {
        var image = File.ReadAllText(_temp[Tags])["sha256:".Length..];
        var size = new FileInfo(_temp[$"store/docker/registry/v2/blobs/sha256/{image[..2]}/{image}/data"]).Length;
        var about = Revision($$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[],"subject":{"mediaType":"{{{MediaTypes.DockerManifest}}}","digest":"sha256:{{{image}}}","size":{{{size}}}}}""");
        Blob("{}"u8.ToArray());
        _ = Revision("""{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}""");
        var index = Forms.Create(_temp["o.tar.zst"], "registry:" + _temp["store"]).Index;
        Assert.Equal(4, index.Images.Count);
        Assert.Contains(index.Images, one => one.Digest == about && one.ByDigest && one.Tags.Count == 0 && one.Name.Full == "kube-scheduler");

        // Of some images, with those images.
        var list = _temp.Write("list.txt", "kube-scheduler:v1.20.5");
        Assert.Equal(2, Forms.Create(new Create.CreateOptions { Sources = [_temp["store"]], ImagesFrom = list, Output = _temp["o.tar.zst"] }).Index.Images.Count);
    }

    [Theory]
    [InlineData("../up", "leads out")]
    [InlineData("/etc/passwd", "leads out")]
    [InlineData("a/../../b", "leads out")]
    public void Names_that_lead_out_of_an_archive_are_told(string name, string what) =>
        Assert.Contains(what, Archive(tar => Add(tar, name, "x")).Message, StringComparison.Ordinal);

    [Fact]
    public void Links_in_an_archive_lead_nowhere_but_within()
    {
        Assert.Contains("leads out", Archive(tar => Link(tar, "index.json", "../../etc/passwd")).Message, StringComparison.Ordinal);
        Assert.Contains("leads out", Archive(tar => Link(tar, "index.json", "/etc/passwd")).Message, StringComparison.Ordinal);
        Assert.Contains("does not have", Archive(tar => Link(tar, "index.json", "gone")).Message, StringComparison.Ordinal);
        Assert.Contains("without end", Archive(tar =>
        {
            Link(tar, "index.json", "a");
            Link(tar, "a", "index.json");
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_twice_in_an_archive_is_told()
    {
        Assert.Contains("twice", Archive(tar =>
        {
            Add(tar, "index.json", "{}");
            Add(tar, "./index.json", "{}");
        }).Message, StringComparison.Ordinal);
        Assert.Contains("both a file and a folder", Archive(tar =>
        {
            Add(tar, "a", "{}");
            Add(tar, "a/b", "{}");
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cut_and_flipped_archives_are_told()
    {
        await Run.Shell("tar -cf a.tar -C store docker; tar -czf a.tgz -C store docker; zstd -q a.tar", _temp.Path);
        foreach (var name in (string[])["a.tar", "a.tgz", "a.tar.zst"])
        {
            var bytes = await File.ReadAllBytesAsync(_temp[name], TestContext.Current.CancellationToken);
            _temp.Write("cut/" + name, bytes.AsSpan(0, bytes.Length / 2));
            Assert.Contains("cut", Forms.Refused(FaultId.SourceInvalid, _temp, "registry:" + _temp["cut/" + name]).Message, StringComparison.Ordinal);
        }

        var tar = await File.ReadAllBytesAsync(_temp["a.tar"], TestContext.Current.CancellationToken);
        tar[0] ^= 1;
        _temp.Write("flipped.tar", tar);
        Forms.Refused(FaultId.SourceInvalid, _temp, _temp["flipped.tar"]);
        _temp.Write("empty.tar", "");
        Forms.Refused(FaultId.SourceInvalid, _temp, _temp["empty.tar"]);
    }

    [Fact]
    public async Task What_the_decompressor_does_not_know_is_told()
    {
        await Run.Shell("tar -cf a.tar -C store docker; xz -k --delta=dist=4 --lzma2 a.tar; zstd -q --long=31 --ultra < a.tar > a.tar.zst", _temp.Path);
        foreach (var name in (string[])["a.tar.xz", "a.tar.zst"])
        {
            var fault = Forms.Refused(FaultId.SourceInvalid, _temp, "registry:" + _temp[name]);
            Assert.Contains("not supported", fault.Message, StringComparison.Ordinal);
            Assert.Contains("decompress it yourself", fault.Hint, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("xz -k --lzma2=preset=0,dict=1536MiB a.tar")]
    [InlineData("(head -c 5000 a.tar | xz -0; tail -c +5001 a.tar | xz --lzma2=preset=0,dict=129MiB) > a.tar.xz")]
    [InlineData("xz -k --x86 --lzma2=preset=0,dict=1536MiB a.tar")]
    public async Task A_dictionary_that_is_too_large_is_told(string compress)
    {
        await Run.Shell("tar -cf a.tar -C store docker; " + compress, _temp.Path);
        var fault = Forms.Refused(FaultId.SourceInvalid, _temp, "registry:" + _temp["a.tar.xz"]);
        Assert.Contains("where 128 MiB are allowed", fault.Message, StringComparison.Ordinal);
        Assert.Contains("decompress it yourself", fault.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_xz_archive_is_told_or_does_no_harm()
    {
        // The edges: of the first block, and of the tables at the end.
        await Run.Shell("tar -cf a.tar -C store docker; head -c 10240 a.tar > b.tar; xz -k --block-size=4096 --check=sha256 b.tar", _temp.Path);
        var (plain, good) = (await File.ReadAllBytesAsync(_temp["b.tar"], TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(_temp["b.tar.xz"], TestContext.Current.CancellationToken));
        Assert.Equal(plain, Unpacked(good));
        foreach (var at in Enumerable.Range(6, 60).Concat(Enumerable.Range(good.Length - 40, 40)))
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 1;
            Assert.True(Unpacked(bad) is not { } content || content.AsSpan().SequenceEqual(plain), $"byte {at} is flipped");
        }

        for (var length = 6; length < good.Length; length++)
        {
            Assert.True(Unpacked(good[..length]) is null, $"cut to {length}");
        }

    }

    [Fact]
    public void A_list_that_nests_without_end_is_told()
    {
        _temp.Write("deep.yaml", new string('[', 1_000_000));
        Assert.Contains("nests deeper", Forms.Refused(FaultId.SourceInvalid, _temp, _temp["deep.yaml"]).Message, StringComparison.Ordinal);
        _temp.Write("alias.yaml", "r.example:\n  images:\n    a: &a [" + string.Join(',', Enumerable.Repeat("\"1\"", 100_000)) + "]\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"    a{i}: *a\n")));
        Assert.Contains("names more than", Forms.Refused(FaultId.SourceInvalid, _temp, _temp["alias.yaml"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_that_becomes_a_byte_too_large_is_told()
    {
        using (var file = File.Create(_temp["bomb.tar.gz"]))
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        {
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < Limits.Unpacked / zeros.Length; i++)
            {
                gzip.Write(zeros);
            }

            gzip.WriteByte(0);
        }

        Assert.Contains("becomes more than", Forms.Refused(FaultId.SourceInvalid, _temp, _temp["bomb.tar.gz"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_records_that_are_too_long_are_told()
    {
        var header = Archive(tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "x", new Dictionary<string, string> { ["comment"] = new string('x', 2_000_000) })));
        Assert.Contains("record of", header.Message, StringComparison.Ordinal);
        Assert.Contains("a name of 5000", Archive(tar => Add(tar, new string('x', 5000), "x")).Message, StringComparison.Ordinal);
        Assert.Contains("a link to a name of", Archive(tar => Link(tar, "a", new string('x', 5000))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"schemaVersion":2}""")]
    [InlineData("""{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:../../../etc/passwd","size":1,"annotations":{"org.opencontainers.image.ref.name":"a/b:1"}}]}""")]
    [InlineData("""{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":1,"annotations":{"org.opencontainers.image.ref.name":"../b:1"}}]}""")]
    public void A_hostile_index_of_a_layout_is_told(string index)
    {
        _temp.Write("layout/index.json", index);
        Forms.Refused(FaultId.SourceInvalid, _temp, _temp["layout"]);
    }

    [Theory]
    [InlineData("""{"manifests":[{"annotations":{"org.opencontainers.image.ref.name":"\ud800"}}]}""")]
    [InlineData("""{"x":"\ud800","manifests":[{}]}""")]
    [InlineData("""{"manifests":[1]}""")]
    [InlineData("{")]
    public void A_hostile_index_of_a_layout_that_is_extracted_to_stays_as_it_is(string index)
    {
        _temp.Write("layout/index.json", index);
        Assert.Equal(FaultId.DestinationUnsafe, Assert.Throws<BundleException>(() => Forms.Extract(_temp["p.tar.zst"], TargetForm.Oci, _temp["layout"])).Fault.Id);
        Assert.Equal(index, File.ReadAllText(_temp["layout/index.json"]));
    }

    [Fact]
    public void Other_content_in_a_layout_is_no_error()
    {
        var index = File.ReadAllText(_temp["layout/index.json"]).Replace("\"manifests\":[", "\"manifests\":[{\"mediaType\":\"application/x-unknown\",\"digest\":\"sha512:0\",\"size\":3},", StringComparison.Ordinal);
        _temp.Write("layout/index.json", index);
        Assert.Equal(3, Forms.Create(_temp["o.tar.zst"], _temp["layout"]).Index.Images.Count);
    }

    [Theory]
    [InlineData("[{}]")]
    [InlineData("""[{"Config":"../../etc/passwd","RepoTags":["a:1"],"Layers":[]}]""")]
    [InlineData("""[{"Config":"/etc/passwd","RepoTags":["a:1"],"Layers":[]}]""")]
    [InlineData("""[{"Config":"config","RepoTags":["a:1"],"Layers":["../x"]}]""")]
    [InlineData("""[{"Config":"config","RepoTags":["a:1"],"Layers":[]}]""")]
    [InlineData("""[{"Config":null,"RepoTags":["a:1"],"Layers":[]}]""")]
    [InlineData("""[{"Config":"config","RepoTags":[null],"Layers":[]}]""")]
    [InlineData("""[{"Config":"config","RepoTags":["a:1"],"Layers":[null]}]""")]
    public void A_hostile_docker_archive_is_told(string manifest) => Archive(tar =>
    {
        Add(tar, "config", """{"architecture":"amd64","os":"linux","rootfs":{"diff_ids":["sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"]}}""");
        Add(tar, "manifest.json", manifest);
    });

    private static byte[]? Unpacked(byte[] xz)
    {
        try
        {
            using var stream = Decompression.Open(new MemoryStream(xz), Compression.Xz);
            using var plain = new MemoryStream();
            stream.CopyTo(plain);
            return plain.ToArray();
        }
        catch (Exception e) when (Decompression.IsDamage(e) || e is NotSupportedException)
        {
            return null;
        }
    }

    private Fault Store(FaultId id) => Forms.Refused(id, _temp, "registry:" + _temp["store"]);

    private Digest Revision(string manifest)
    {
        var digest = Blob(Encoding.UTF8.GetBytes(manifest));
        _temp.Write($"store/docker/registry/v2/repositories/kube-scheduler/_manifests/revisions/sha256/{digest.Hex}/link", digest.ToString());
        return digest;
    }

    private Digest Blob(byte[] bytes)
    {
        var digest = Digest.Of(bytes);
        _temp.Write($"store/docker/registry/v2/blobs/sha256/{digest.Hex[..2]}/{digest.Hex}/data", bytes);
        return digest;
    }

    private Fault Archive(Action<TarWriter> fill)
    {
        using (var file = File.Create(_temp["hostile.tar"]))
        using (var tar = new TarWriter(file, TarEntryFormat.Pax))
        {
            Add(tar, "oci-layout", "{}");
            fill(tar);
        }

        var fault = Assert.Throws<BundleException>(() => Forms.Create(_temp["o.tar.zst"], _temp["hostile.tar"])).Fault;
        Assert.True(fault.Id == FaultId.SourceInvalid || fault.Id == FaultId.BlobMissing, fault.ToString());
        Assert.False(File.Exists(_temp["o.tar.zst"]));
        return fault;
    }

    private static void Add(TarWriter tar, string name, string content) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });

    private static void Link(TarWriter tar, string name, string target) => tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });
}
