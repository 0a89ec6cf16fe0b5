using Bundle.Create;
using Bundle.Faults;
using Bundle.Samples;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Sources;

/// <summary>What is wrong with a source is found before the first byte is written, and told with its place.</summary>
public sealed class DirSourceTests : IDisposable
{
    private const string Image = "k/registry.k8s.io/kube-scheduler:v1.20.5";

    private readonly TempFolder _temp = new();

    public DirSourceTests() => SampleSet.WriteKube(_temp["k"]);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_missing_layer_is_told_with_image_digest_and_file()
    {
        var layer = Blob(largest: true);
        File.Delete(layer);
        var fault = Refused(FaultId.BlobMissing);
        Assert.Contains("layer sha256:" + Path.GetFileName(layer), fault.Message, StringComparison.Ordinal);
        Assert.Contains(layer, fault.Message, StringComparison.Ordinal);
        Assert.Equal(["registry.k8s.io/kube-scheduler:v1.20.5"], fault.Images);
    }

    [Fact]
    public void All_that_is_missing_is_told_at_once()
    {
        File.Delete(Blob(largest: true));
        File.Delete(Blob(largest: false));
        Assert.StartsWith("2 blobs are missing", Refused(FaultId.BlobMissing).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_layer_is_told()
    {
        var layer = Blob(largest: true);
        using (var file = File.OpenWrite(layer))
        {
            file.SetLength(file.Length - 1);
        }

        Assert.Equal(layer, Refused(FaultId.BlobMismatch).Entry);
    }

    [Fact]
    public void A_flipped_layer_is_told_and_no_output_is_left()
    {
        var layer = Blob(largest: true);
        Flip(layer);
        Assert.Equal(layer, Refused(FaultId.BlobMismatch).Entry);
    }

    [Fact]
    public void Two_files_that_claim_one_digest_but_differ_are_found()
    {
        // The layer that all three share: only one copy of it goes into the package.
        var shared = Directory.EnumerateFiles(_temp["k"], "*", SearchOption.AllDirectories).GroupBy(path => Path.GetFileName(path)).First(group => group.Key.Length == 64 && group.Count() == 3);
        foreach (var copy in shared)
        {
            Flip(copy);
            Assert.Contains(copy, Refused(FaultId.BlobMismatch).Message, StringComparison.Ordinal);
            Flip(copy);
        }
    }

    [Fact]
    public void An_unfinished_copy_is_told()
    {
        File.Delete(_temp[Image + "/manifest.json"]);
        Assert.Contains("unfinished", Refused(FaultId.SourceInvalid).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_without_its_children_hints_at_all()
    {
        SampleSet.Write(_temp["s"]);
        File.Delete(Directory.EnumerateFiles(_temp["s/tools/legacy:0.9"], "*.manifest.json").First());
        var fault = Refused(FaultId.BlobMissing, "s");
        Assert.Contains("--all", fault.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_named_by_another_digest_hints_at_all()
    {
        Directory.Move(_temp[Image], _temp["k/app@sha256:" + new string('a', 64)]);
        Assert.Contains("--all", Refused(FaultId.SourceInvalid).Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("App:1")]
    [InlineData("a b:1")]
    [InlineData("app:")]
    [InlineData("app@sha256:123")]
    [InlineData("a__:1")]
    public void A_bad_name_is_told(string name)
    {
        Directory.Move(_temp[Image], _temp["k/" + name]);
        Assert.Contains(name, Refused(FaultId.NameInvalid).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_images_of_one_repository_and_tag_are_told_with_both_sources()
    {
        Directory.CreateDirectory(_temp["k/a.example"]);
        Directory.CreateDirectory(_temp["k/b.example"]);
        Directory.Move(_temp[Image], _temp["k/a.example/app:1"]);
        Directory.Move(_temp["k/registry.k8s.io/kube-apiserver:v1.20.5"], _temp["k/b.example/app:1"]);
        var fault = Refused(FaultId.NameConflict);
        Assert.Contains(_temp["k/a.example/app:1"], fault.Message, StringComparison.Ordinal);
        Assert.Contains(_temp["k/b.example/app:1"], fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_file_is_told()
    {
        var layer = Blob(largest: true);
        File.Delete(layer);
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", [layer]);
        mkfifo.WaitForExit();
        Refused(FaultId.SourceInvalid);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"schemaVersion":1,"name":"x"}""")]
    [InlineData("""{"schemaVersion":2,"schemaVersion":2}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:../../etc/passwd","size":1},"layers":[]}""")]
    public void A_hostile_manifest_is_told(string manifest)
    {
        File.WriteAllText(_temp[Image + "/manifest.json"], manifest);
        Assert.Contains("manifest.json", Refused(FaultId.SourceInvalid).Entry, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothere", "does not exist")]
    [InlineData("empty", "holds no image")]
    [InlineData("store", "has no tagged image")]
    public void A_source_that_is_none_is_told(string source, string what)
    {
        Directory.CreateDirectory(_temp["empty"]);
        Directory.CreateDirectory(_temp["store/docker/registry/v2/repositories"]);
        Assert.Contains(what, Refused(FaultId.SourceMissing, source).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("store", "a registry's storage")]
    [InlineData("layout", "an OCI layout")]
    [InlineData("k/registry.k8s.io/kube-scheduler:v1.20.5/version", "is a file")]
    public void Another_kind_of_source_than_its_word_says_is_told(string source, string what)
    {
        Directory.CreateDirectory(_temp["store/docker/registry/v2/repositories"]);
        _temp.Write("layout/oci-layout", "{}");
        var fault = Assert.Throws<BundleException>(() => Forms.Create(_temp["o.tar.zst"], "dir:" + _temp[source])).Fault;
        Assert.Equal(FaultId.SourceMissing, fault.Id);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_selects_and_all_that_it_names_in_vain_is_told()
    {
        var list = _temp.Write("list.txt", "# the release\r\nregistry.k8s.io/kube-scheduler:v1.20.5 # needed\r\n\r\nkube-apiserver:v1.20.5\r\n");
        Assert.Equal(2, Create("k", list).Index.Images.Count);
        File.AppendAllText(list, "gone:1\nalso/gone\n");
        Assert.Equal(["gone:1", "also/gone:latest"], Refused(FaultId.ImageUnknown, "k", list).Images);
        File.AppendAllText(list, "No Such!\n");
        Assert.Contains("line 7", Refused(FaultId.NameInvalid, "k", list).Message, StringComparison.Ordinal);
    }

    private string Blob(bool largest)
    {
        var own = Directory.EnumerateFiles(_temp[Image]).Where(path => Path.GetFileName(path).Length == 64).OrderBy(path => new FileInfo(path).Length);
        return largest ? own.Last() : own.First();
    }

    private static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private CreateResult Create(string source, string? list = null) => Creator.Run(
        new CreateOptions { Sources = [_temp[source]], Output = _temp["out.tar.zst"], ImagesFrom = list, Force = true, Sync = false }, NoProgress.Instance, CancellationToken.None);

    private Fault Refused(FaultId id, string source = "k", string? list = null)
    {
        if (list is null)
        {
            File.Delete(_temp["out.tar.zst"]);
        }

        var before = Directory.EnumerateFiles(_temp.Path).ToList();
        var fault = Assert.Throws<BundleException>(() => Create(source, list)).Fault;
        Assert.Equal(id, fault.Id);
        Assert.NotNull(fault.Hint);
        Assert.Equal(before, Directory.EnumerateFiles(_temp.Path));
        return fault;
    }
}
