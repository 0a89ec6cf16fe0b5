using System.Text.Json;
using Bundle.Create;
using Bundle.Extract;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary>Docker archives, in and out, with skopeo on the other side, and podman where it runs.</summary>
public sealed class DockerArchiveTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public static TheoryData<string> Sets => Data.Names;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task An_archive_of_skopeo_keeps_its_config_and_layers_and_gets_a_manifest()
    {
        await Run.Shell($"skopeo copy -q dir:{Data.Of("samples").Dir}/registry.k8s.io/kube-scheduler:v1.20.5 docker-archive:{_temp["k.tar"]}:registry.k8s.io/kube-scheduler:v1.20.5; gzip -k k.tar; zstd -q k.tar; xz -k k.tar; bzip2 -k k.tar", _temp.Path);
        var result = Forms.Create(_temp["1.tar.zst"], "docker-archive:" + _temp["k.tar"]);
        var image = Assert.Single(result.Index.Images);
        Assert.Equal(["registry.k8s.io/kube-scheduler:v1.20.5"], image.References);
        Assert.Equal(MediaTypes.DockerManifest, image.MediaType);
        Assert.Equal(["linux/amd64"], image.Platforms);
        Assert.Contains(result.Warnings, warning => warning.Contains("digest", StringComparison.Ordinal));
        foreach (var ending in (string[])["gz", "zst", "xz", "bz2"])
        {
            Forms.Create(_temp["2.tar.zst"], _temp["k.tar." + ending]);
            await Run.Tool("cmp", _temp["1.tar.zst"], _temp["2.tar.zst"]);
        }

        // Each layer is the archive's file, and skopeo finds the same content in both.
        Forms.Extract(_temp["1.tar.zst"], TargetForm.Dir, _temp["out"]);
        await Run.Shell("skopeo copy -q docker-archive:k.tar dir:theirs; skopeo copy -q dir:out/registry.k8s.io/kube-scheduler:v1.20.5 oci:ours:a; tar -xf k.tar --one-top-level; for f in k/*.tar; do cmp $f out/registry.k8s.io/kube-scheduler:v1.20.5/$(basename $f .tar); done", _temp.Path);
        var config = Manifest.Parse(await File.ReadAllBytesAsync(_temp["theirs/manifest.json"], TestContext.Current.CancellationToken)).Config!.Digest;
        Assert.Contains(result.Index.Blobs, blob => blob.Digest == config);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task What_is_extracted_is_what_skopeo_reads_and_what_create_takes_back(string set)
    {
        var tree = Forms.Plain(Data.Of(set), _temp["images"]);
        Forms.Create(_temp["p.tar.zst"], tree);
        var result = Forms.Extract(_temp["p.tar.zst"], TargetForm.DockerArchive, _temp["d.tar"]);
        await Run.Shell($"$BUNDLE extract - --as docker-archive --to piped.tar --platform {SinglePlatform.OfMachine} < p.tar.zst && cmp d.tar piped.tar && test $(stat -c %a d.tar) = 644 && tar -tf d.tar | sort | uniq -d | wc -l | grep -qx 0", _temp.Path);
        using var items = JsonDocument.Parse((await Run.Tool("tar", "-xOf", _temp["d.tar"], "manifest.json")).StandardOutput);
        var copied = 0;
        foreach (var item in items.RootElement.EnumerateArray())
        {
            var tag = item.GetProperty("RepoTags")[0].GetString()!;
            var to = _temp[$"copy-{copied++}"];
            await Run.Tool("skopeo", "copy", "--quiet", $"docker-archive:{_temp["d.tar"]}:{tag}", "dir:" + to);
            var manifest = Manifest.Parse(await File.ReadAllBytesAsync(to + "/manifest.json", TestContext.Current.CancellationToken));
            Assert.Equal(item.GetProperty("Config").GetString(), "blobs/sha256/" + manifest.Config!.Digest.Hex);
        }

        Assert.InRange(copied, 1, result.Images);

        // It has the manifests too, so no digest is lost on the way back.
        var back = Forms.Create(_temp["back.tar.zst"], _temp["d.tar"]);
        Assert.Empty(back.Warnings);
        var before = Forms.Create(_temp["p.tar.zst"], tree).Index.Images.SelectMany(image => image.References.Select(name => (name, image.Digest, image.MediaType))).ToHashSet();
        foreach (var (name, digest, type) in back.Index.Images.SelectMany(image => image.References.Select(name => (name, image.Digest, image.MediaType))))
        {
            Assert.True(before.Contains((name, digest, type)) || before.Any(one => one.name == name && MediaTypes.IsList(one.MediaType)), name);
        }
    }

    [Fact]
    public async Task An_archive_whose_lists_lack_platforms_tells_that_and_is_whole_for_those_that_it_has()
    {
        // As containerd exports a list of which it pulled one platform: a docker archive and a layout.
        await Run.Shell($"""
            set -e
            $BUNDLE create {Data.Of("samples").Dir}/tools --platform linux/amd64 -o p.tar.zst
            $BUNDLE extract p.tar.zst --as oci --to layout; $BUNDLE extract p.tar.zst --as docker-archive --to d.tar --platform linux/amd64 --image multi
            tar -xOf d.tar manifest.json > layout/manifest.json; tar -cf exported.tar -C layout .
            """, _temp.Path);
        var made = Forms.Create(_temp["1.tar.zst"], _temp["exported.tar"]);
        Assert.Contains(made.Warnings, warning => warning.Contains("has not all that its registry manifests name", StringComparison.Ordinal) && warning.Contains("--platform", StringComparison.Ordinal));
        var kept = Forms.Create(new CreateOptions { Sources = [_temp["exported.tar"]], Platforms = ["linux/amd64"], Output = _temp["2.tar.zst"] });
        Assert.Contains(Digest.Of(await File.ReadAllBytesAsync(Data.Of("samples").Dir + "/tools/multi:1/manifest.json", TestContext.Current.CancellationToken)), kept.Index.Images.Select(image => image.Digest));
        Assert.Empty(kept.Warnings);
    }

    [Fact]
    public void A_platform_is_chosen_and_what_docker_cannot_load_is_told()
    {
        var data = Data.Of("samples").Dir;
        var index = Forms.Create(_temp["p.tar.zst"], data).Index;
        var arm = Extract(new ExtractOptions { Input = PackageInput.File(_temp["p.tar.zst"]), Form = TargetForm.DockerArchive, To = _temp["arm.tar"], Platform = "linux/arm64", Sync = false });
        Assert.Contains(arm.Warnings, warning => warning.Contains("product/zero:1", StringComparison.Ordinal));
        Assert.Contains(arm.Warnings, warning => warning.Contains("signatures", StringComparison.Ordinal));
        var taken = Forms.Create(_temp["q.tar.zst"], _temp["arm.tar"]).Index.Images.Single(image => image.Tags.Contains("0.9"));
        Assert.Equal(["linux/arm64"], taken.Platforms);
        Assert.Contains(index.Blobs, blob => blob.Digest == taken.Digest && blob.Config is not null);

        var none = Assert.Throws<BundleException>(() => Extract(new ExtractOptions
        {
            Input = PackageInput.File(_temp["p.tar.zst"]),
            Form = TargetForm.DockerArchive,
            To = _temp["s390.tar"],
            Platform = "linux/s390x",
        })).Fault;
        Assert.Equal(FaultId.ImageUnknown, none.Id);
        Assert.Contains("linux/amd64, linux/arm64", none.Message, StringComparison.Ordinal);
        Assert.Contains("tools/multi:1", none.Images);
        Assert.Equal(FaultId.OutputExists, Assert.Throws<BundleException>(() => Forms.Extract(_temp["p.tar.zst"], TargetForm.DockerArchive, _temp["arm.tar"])).Fault.Id);
        Assert.Equal(FaultId.ImageUnknown, Assert.Throws<BundleException>(() => Extract(new ExtractOptions
        {
            Input = PackageInput.File(_temp["p.tar.zst"]),
            Form = TargetForm.DockerArchive,
            To = _temp["zero.tar"],
            Images = ["product/zero"],
        })).Fault.Id);
        Assert.Empty(Directory.EnumerateFiles(_temp.Path, ".*"));
    }

    [Fact]
    public async Task A_damaged_package_leaves_no_archive()
    {
        Forms.Create(_temp["p.tar.zst"], Data.Of("samples").Dir);
        var bytes = await File.ReadAllBytesAsync(_temp["p.tar.zst"], TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        _temp.Write("bad.tar.zst", bytes);
        Assert.Equal(3, (await Run.Cli("extract", _temp["bad.tar.zst"], "--as", "docker-archive", "--to", _temp["d.tar"])).ExitCode);
        Assert.Equal(3, (await Run.AnyShell("$BUNDLE extract - --as docker-archive --to d.tar < bad.tar.zst", _temp.Path)).ExitCode);
        Assert.Equal(["bad.tar.zst", "p.tar.zst"], Directory.EnumerateFileSystemEntries(_temp.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_legacy_form_with_links_and_layers_that_are_compressed()
    {
        // As docker 1.10 to 24 wrote it: equal layers are links to the first.
        await Run.Shell("""
            mkdir -p legacy/aa legacy/bb legacy/cc content; cd legacy
            echo one > ../content/one; echo two > ../content/two
            tar --sort=name --mtime=@0 -cf aa/layer.tar -C ../content one; tar --sort=name --mtime=@0 -cf two.tar -C ../content two
            one=$(sha256sum aa/layer.tar | cut -c1-64); two=$(sha256sum two.tar | cut -c1-64)
            gzip -n two.tar; mv two.tar.gz bb/layer.tar; ln -s ../aa/layer.tar cc/layer.tar
            echo -n '{"architecture":"arm64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:'$one'","sha256:'$two'","sha256:'$one'"]}}' > config
            config=$(sha256sum config | cut -c1-64); mv config $config.json
            echo '[{"Config":"'$config'.json","RepoTags":["app:1","app:2"],"Layers":["aa/layer.tar","bb/layer.tar","cc/layer.tar"]},{"Config":"'$config'.json","RepoTags":null,"Layers":["aa/layer.tar","bb/layer.tar","aa/layer.tar"]}]' > manifest.json
            echo '{"app":{"1":"cc"}}' > repositories
            tar -cf ../legacy.tar *; sed -i s/$two/$one/ $config.json; tar -cf ../wrong.tar *
            """, _temp.Path);
        var result = Forms.Create(_temp["p.tar.zst"], _temp["legacy.tar"]);
        Assert.Equal(["app:1", "app:2"], result.Index.Images.Single(image => image.Tags.Count > 0).References);
        Assert.Equal("legacy@" + result.Index.Images[0].Digest, result.Index.Images.Single(image => image.ByDigest).References.Single());
        var manifest = result.Index.Blobs.First(blob => blob.Config is not null);
        Assert.Equal(3, manifest.Layers.Count);
        Assert.Equal(["application/vnd.docker.image.rootfs.diff.tar", "application/vnd.docker.image.rootfs.diff.tar.gzip"], manifest.Layers.Select(layer => result.Index.Blobs[layer].MediaType).Distinct());
        Forms.Extract(_temp["p.tar.zst"], TargetForm.Dir, _temp["out"]);
        await Run.Shell("skopeo copy -q dir:out/app:1 oci:layout:x", _temp.Path);
        Assert.Equal(["app:2"], Forms.Create(_temp["q.tar.zst"], $"docker-archive:{_temp["legacy.tar"]}:app:2").Index.Images.SelectMany(image => image.References));
        Assert.Contains("bb/layer.tar", Forms.Refused(FaultId.BlobMismatch, _temp, _temp["wrong.tar"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Podman_loads_what_is_extracted()
    {
        Forms.Create(_temp["p.tar.zst"], Forms.Plain(Data.Of("samples"), _temp["images"]));
        Forms.Extract(_temp["p.tar.zst"], TargetForm.DockerArchive, _temp["d.tar"]);
        var podman = $"podman --root {_temp["root"]} --runroot {_temp["run"]} --storage-driver vfs";
        if ((await Run.AnyShell(podman + " images")).ExitCode != 0)
        {
            Assert.Skip("podman is not there, or does not run here");
        }

        var loaded = await Run.AnyShell($"{podman} load -q -i {_temp["d.tar"]} && {podman} images --format '{{{{.Repository}}}}:{{{{.Tag}}}}'; {podman} rmi -af > /dev/null");
        if (loaded.StandardError.Contains("operation not permitted", StringComparison.Ordinal))
        {
            Assert.Skip("podman may not unpack layers here: " + loaded.StandardError);
        }

        Assert.Contains("product/worker:2.0", loaded.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("kube-scheduler:v1.20.5", loaded.StandardOutput, StringComparison.Ordinal);
    }

    private static ExtractResult Extract(ExtractOptions options) => Extractor.Run(options, NoProgress.Instance, CancellationToken.None);
}
