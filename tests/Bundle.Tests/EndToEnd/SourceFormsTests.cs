using Bundle.Create;
using Bundle.Extract;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary>The same images give the same bundle.json, whatever form they come in.</summary>
public sealed class SourceFormsTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public static TheoryData<string> Sets => Data.Names;

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task A_store_that_skopeo_filled_and_archives_of_it(string set)
    {
        var tree = Forms.Plain(Data.Of(set), _temp["images"]);
        var expected = Forms.Create(_temp["dir.tar.zst"], "dir:" + tree).BundleDigest;
        Directory.CreateDirectory(_temp["store"]);
        await using (var server = await RegistryServer.Start(_temp["store"]))
        {
            await Peers.Push(tree, Directory.EnumerateFiles(tree, "manifest.json", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(tree, Path.GetDirectoryName(path)!)), server.Host);
        }

        Assert.Equal(expected, Forms.Create(_temp["1.tar.zst"], "registry:" + _temp["store"]).BundleDigest);
        Assert.Equal(expected, Forms.Create(_temp["2.tar.zst"], _temp["store"]).BundleDigest);
        Assert.Equal(expected, Forms.Create(_temp["3.tar.zst"], "registry:" + _temp["store/docker/registry/v2"]).BundleDigest);
        await Run.Shell("tar -cf plain.tar -C store docker; tar --zstd -cf a.tar.zst store", _temp.Path);
        foreach (var archive in (string[])["plain.tar", "a.tar.zst"])
        {
            Assert.Equal(expected, Forms.Create(_temp["4.tar.zst"], _temp[archive]).BundleDigest);
        }

        await Run.Tool("cmp", _temp["dir.tar.zst"], _temp["4.tar.zst"]);
    }

    [Fact]
    public async Task Archives_of_a_store_in_every_form_and_compression()
    {
        var expected = Forms.Create(_temp["dir.tar.zst"], Forms.Plain(Data.Of("samples"), _temp["images"])).BundleDigest;
        Forms.Extract(_temp["dir.tar.zst"], TargetForm.Registry, _temp["store"]);
        await Run.Shell("""
            set -e
            tar -cf plain.tar --format=gnu -C store docker
            tar -czf a.tgz --format=ustar -C store .
            tar -cjf a.tar.bz2 --format=pax -C store docker
            xz -0 < plain.tar > a.tar.xz
            bsdtar -cf a.tar --format=pax store
            (head -c 300000 plain.tar | gzip; tail -c +300001 plain.tar | gzip) > members.tar.gz
            (head -c 300000 plain.tar | zstd -q; tail -c +300001 plain.tar | zstd -q) > frames.tar.zst
            (xz -0 --block-size=100000 --check=sha256; head -c 8 /dev/zero) < plain.tar > blocks.tar.xz
            (head -c 300000 plain.tar | xz -0 --check=none; head -c 4 /dev/zero; tail -c +300001 plain.tar | xz -9 --check=crc32 -T2) > streams.tar.xz
            """, _temp.Path);
        foreach (var archive in (string[])["a.tgz", "a.tar.bz2", "a.tar.xz", "a.tar", "members.tar.gz", "frames.tar.zst", "blocks.tar.xz", "streams.tar.xz"])
        {
            Assert.Equal(expected, Forms.Create(_temp["1.tar.zst"], _temp[archive]).BundleDigest);
        }
    }

    [Fact]
    public async Task A_selection_of_a_store_is_what_the_same_images_alone_make()
    {
        Forms.Create(_temp["all.tar.zst"], Forms.Plain(Data.Of("samples"), _temp["images"]));
        Forms.Extract(_temp["all.tar.zst"], TargetForm.Registry, _temp["store"]);
        await Run.Shell("mkdir -p some/product/team; cp -rL images/tools images/kube-scheduler:v1.20.5 some/; cp -rL images/product/team/api:2.0 images/product/team/api:sha256-* some/product/team/", _temp.Path);
        string[] select = ["--image", "tools/*", "--image", "kube-scheduler", "--image", "product/team/api:2.0"];

        // With what belongs to an image: its signature has a tag; the other referrer stays a stranger's, as it has a name of its own.
        await Run.Good(["create", "registry:" + _temp["store"], "-o", _temp["1.tar.zst"], .. select]);
        await Run.Good("create", _temp["some"], "-o", _temp["2.tar.zst"]);
        await Run.Tool("cmp", _temp["1.tar.zst"], _temp["2.tar.zst"]);

        // What is broken is no matter where it is not wanted.
        await Run.Shell("for f in $(find store -path '*product/worker*/_manifests/tags/*/current/link'); do rm -r $f; done", _temp.Path);
        await Run.Good(["create", _temp["store"], "-o", _temp["3.tar.zst"], .. select]);
        await Run.Tool("cmp", _temp["1.tar.zst"], _temp["3.tar.zst"]);
        var broken = await Run.Cli("create", _temp["store"], "-o", _temp["no.tar.zst"], "--image", "product/*");
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("product/worker:2.0", broken.StandardError, StringComparison.Ordinal);
        var unknown = await Run.Cli("create", _temp["store"], "-o", _temp["no.tar.zst"], "--image", "tools/*", "--image", "gone:1");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("no image gone:1", unknown.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Archives_as_mirrors_write_them()
    {
        var expected = Forms.Create(_temp["dir.tar.zst"], Forms.Plain(Data.Of("samples"), _temp["images"])).BundleDigest;
        Forms.Extract(_temp["dir.tar.zst"], TargetForm.Registry, _temp["m"]);

        // mindthegap: a registry's root folder, with a list beside the storage. oc-mirror 2: files alone, links first, then a working folder that
        // has layouts of catalogs, then blobs, in as many archives as a size allows; of later ones the blobs are those that are new.
        await Run.Shell($"""
            set -e
            cd m; echo 'docker.io: ' > images.yaml; tar -cf ../mindthegap.tar docker images.yaml; rm images.yaml
            catalog=working-dir/operator-catalogs/index/0123/catalog-image; mkdir -p $catalog
            skopeo copy -q dir:{Data.Of("samples").Dir}/product/worker:2.0 oci:$catalog
            echo 'kind: ImageSetConfiguration' > isc_2026-01-01T00:00:00Z
            find docker -type f -path '*/repositories/*' > links; find working-dir isc_* -type f > others; find docker -type f -path '*/blobs/*' > blobs
            cat links others blobs | tar -cf ../mirror.tar -T -
            (cat links others; head -n 10 blobs) | tar -cf ../mirror_000001.tar -T -; tail -n +11 blobs | tar -cf ../mirror_000002.tar -T -
            (cat links others; tail -n +11 blobs) | tar -czf ../later.tar.gz -T -
            """, _temp.Path);
        foreach (var sources in (string[][])[["mindthegap.tar"], ["mirror.tar"], ["mirror_000001.tar", "mirror_000002.tar"], ["mirror_000002.tar", "mirror_000001.tar"], ["mirror_000001.tar", "later.tar.gz"]])
        {
            Assert.Equal(expected, Forms.Create(_temp["1.tar.zst"], [.. sources.Select(name => _temp[name])]).BundleDigest);
            Assert.Equal(expected, Forms.Create(_temp["1.tar.zst"], [.. sources.Select(name => "registry:" + _temp[name])]).BundleDigest);
        }

        Assert.Contains("name them all", Forms.Refused(FaultId.BlobMissing, _temp, _temp["mirror_000001.tar"]).Hint, StringComparison.Ordinal);
        Assert.Contains("name them all", Forms.Refused(FaultId.SourceMissing, _temp, _temp["mirror_000002.tar"]).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Layouts_packages_and_archives_of_them()
    {
        var tree = Forms.Plain(Data.Of("samples"), _temp["images"]);
        var expected = Forms.Create(_temp["dir.tar.zst"], tree).BundleDigest;
        Forms.Extract(_temp["dir.tar.zst"], TargetForm.Oci, _temp["layout"]);
        await Run.Shell("tar -cf layout.tar -C layout . && zstd -q -d dir.tar.zst -o unpacked.tar && mkdir unpacked && tar -xf unpacked.tar -C unpacked", _temp.Path);
        string[] sources =
        [
            "oci:" + _temp["layout"], _temp["layout"], "oci-archive:" + _temp["layout.tar"], _temp["layout.tar"], "bundle:" + _temp["dir.tar.zst"], _temp["dir.tar.zst"],
            "oci-archive:" + _temp["unpacked.tar"], "oci-archive:" + _temp["dir.tar.zst"], "registry:" + _temp["unpacked.tar"], "registry:" + _temp["dir.tar.zst"], "registry:" + _temp["unpacked"],
        ];
        foreach (var source in sources)
        {
            Assert.Equal(expected, Forms.Create(_temp["1.tar.zst"], source).BundleDigest);
        }

        await Run.Tool("cmp", _temp["dir.tar.zst"], _temp["1.tar.zst"]);

        // All of them at once: equal blobs are one.
        Assert.Equal(expected, Forms.Create(new CreateOptions { Sources = [tree, .. sources], Output = _temp["2.tar.zst"], CompareCopies = false }).BundleDigest);
        await Run.Tool("cmp", _temp["dir.tar.zst"], _temp["2.tar.zst"]);
    }

    [Fact]
    public async Task A_corpus_that_was_made_by_others()
    {
        if (Environment.GetEnvironmentVariable("BUNDLE_CORPUS") is not { Length: > 0 } corpus)
        {
            Assert.Skip("BUNDLE_CORPUS names none");
            return;
        }

        var expected = Forms.Create(_temp["1.tar.zst"], corpus + "/v1/dir").BundleDigest;
        Assert.Equal(expected, Forms.Create(_temp["2.tar.zst"], corpus + "/v1/registry").BundleDigest);
        Assert.Equal(expected, Forms.Create(_temp["3.tar.zst"], corpus + "/v1/oci").BundleDigest);
        await Run.Tool("cmp", _temp["1.tar.zst"], _temp["2.tar.zst"]);
        await Run.Tool("cmp", _temp["1.tar.zst"], _temp["3.tar.zst"]);
        await Run.Shell($"tar -czf store.tgz -C {corpus}/v1/registry docker; tar --zstd -cf layout.tzst -C {corpus}/v1/oci .", _temp.Path);
        foreach (var source in (string[])["registry:" + _temp["store.tgz"], "oci-archive:" + _temp["layout.tzst"], "bundle:" + _temp["1.tar.zst"]])
        {
            Forms.Create(_temp["4.tar.zst"], source);
            await Run.Tool("cmp", _temp["1.tar.zst"], _temp["4.tar.zst"]);
        }
    }

    [Fact]
    public async Task Packages_give_back_hosts_digests_signatures_and_files()
    {
        Samples.SampleSet.WriteScripts(_temp.Path);
        var options = new CreateOptions { Sources = [Data.Of("samples").Dir], Includes = [_temp["deploy"]], Output = _temp["1.tar.zst"] };
        Forms.Create(options);
        Forms.Create(_temp["2.tar.zst"], "bundle:" + _temp["1.tar.zst"]);
        await Run.Tool("cmp", _temp["1.tar.zst"], _temp["2.tar.zst"]);

        // Two halves make the whole again; a list whose platforms came apart too.
        Forms.Create(options with { Sources = [Data.Of("samples").Dir + "/tools"], Platforms = ["linux/arm64"], Output = _temp["a.tar.zst"] });
        var half = Forms.Create(_temp["b.tar.zst"], "bundle:" + _temp["a.tar.zst"]);
        Assert.Contains(half.Index.Blobs, blob => blob.Data == Index.BlobData.Omitted);
        await Run.Tool("cmp", _temp["a.tar.zst"], _temp["b.tar.zst"]);
        Forms.Create(options with { Sources = [_temp["a.tar.zst"], Data.Of("samples").Dir + "/tools"], Output = _temp["c.tar.zst"] });
        Forms.Create(options with { Sources = [Data.Of("samples").Dir + "/tools"], Output = _temp["d.tar.zst"] });
        await Run.Tool("cmp", _temp["c.tar.zst"], _temp["d.tar.zst"]);
    }

    [Fact]
    public async Task An_incremental_package_and_its_base_make_the_full_one()
    {
        var data = Data.Of("samples").Dir;
        Forms.Create(_temp["full.tar.zst"], data);
        Forms.Create(_temp["old.tar.zst"], data + "/product", data + "/registry.k8s.io");
        Forms.Create(new CreateOptions { Sources = [data], Bases = [_temp["old.tar.zst"]], Output = _temp["patch.tar.zst"] });
        Assert.Equal(FaultId.BlobMissing, Forms.Refused(FaultId.BlobMissing, _temp, _temp["patch.tar.zst"]).Id);
        foreach (var order in (string[][])[["old.tar.zst", "patch.tar.zst"], ["patch.tar.zst", "old.tar.zst"]])
        {
            // The old one's names have lost a folder, so its images are taken away again.
            var list = _temp.Write("list.txt", string.Join('\n', Data.Of("samples").Folders));
            Forms.Create(new CreateOptions { Sources = [.. order.Select(name => _temp[name])], ImagesFrom = list, Output = _temp["merged.tar.zst"] });
            await Run.Tool("cmp", _temp["full.tar.zst"], _temp["merged.tar.zst"]);
        }
    }

    [Fact]
    public async Task Layouts_as_skopeo_writes_them()
    {
        var (worker, api) = (Data.Of("samples").Dir + "/product/worker:2.0", Data.Of("samples").Dir + "/localhost:5000/product/team/api:2.0");
        await Run.Shell($"""
            skopeo copy -q dir:{worker} oci:{_temp["bare"]}:2.0
            skopeo copy -q dir:{worker} oci:{_temp["full"]}:registry.example/product/worker:2.0
            skopeo copy -q dir:{Data.Of("samples").Dir}/registry.k8s.io/kube-scheduler:v1.20.5 oci:{_temp["full"]}:other:1
            skopeo copy -q dir:{worker} oci-archive:{_temp["app.tar"]}:2.0
            skopeo copy -q dir:{api} oci-archive:{_temp["nameless.tar"]}
            """);
        Assert.Equal(["bare:2.0"], Names("oci:" + _temp["bare"]));
        Assert.Equal(["other:1", "registry.example/product/worker:2.0"], Names("oci:" + _temp["full"]));
        Assert.Equal(["registry.example/product/worker:2.0"], Names($"oci:{_temp["full"]}:registry.example/product/worker:2.0"));
        Assert.Equal(["app:2.0"], Names("oci-archive:" + _temp["app.tar"]));
        Assert.Equal(["app:2.0"], Names($"oci-archive:{_temp["app.tar"]}:2.0"));
        var digest = Digest.Of(await File.ReadAllBytesAsync(api + "/manifest.json", TestContext.Current.CancellationToken));
        Assert.Equal(["nameless@" + digest], Names(_temp["nameless.tar"]));
        Assert.Contains("3.0", Forms.Refused(FaultId.ImageUnknown, _temp, $"oci:{_temp["bare"]}:3.0").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compressed_archives_leave_nothing_behind()
    {
        Samples.SampleSet.WriteKube(_temp["k"]);
        Forms.Create(_temp["p.tar.zst"], _temp["k"]);
        Forms.Extract(_temp["p.tar.zst"], TargetForm.Registry, _temp["store"]);
        await Run.Shell("mkdir tmp ro out; tar -czf s.tgz -C store . ; $BUNDLE create registry:s.tgz --tmp tmp -o out/q.tar.zst && cmp out/q.tar.zst <($BUNDLE create store -o -) && ls -A tmp out > left && diff left - <<< $'out:\nq.tar.zst\n\ntmp:'", _temp.Path);
        var refused = await Run.Cli("create", _temp["s.tgz"], "--tmp", _temp["nowhere"], "-o", _temp["x.tar.zst"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("nowhere", refused.StandardError, StringComparison.Ordinal);
    }

    private string[] Names(string source) => [.. Forms.Create(_temp["names.tar.zst"], source).Index.Images.SelectMany(image => image.References)];
}
