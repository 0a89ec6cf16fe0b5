using System.Diagnostics;
using System.Text.Json;
using Bundle.Model;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary><c>bundle push</c> into a real docker-registry, judged by skopeo and by the registry itself.</summary>
public sealed class PushTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public static TheoryData<string> Sets => Data.Names;

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task What_skopeo_put_into_one_registry_arrives_in_another_to_the_digest(string set)
    {
        var data = Data.Of(set);
        await using var first = await RegistryServer.Start(_temp["first"]);
        await using var second = await RegistryServer.Start(_temp["second"]);
        await Peers.Push(data.Dir, data.Folders, first.Host);
        await Run.Good("create", data.Dir, "--output", _temp["p.tar.zst"]);
        await Pushed(_temp["p.tar.zst"], second.Host);
        await Peers.ServesAll(data.Dir, data.Folders, second.Host);
        await Peers.NothingIsGarbage(second);
        await Peers.AreEqual(first.Host, second.Host, _temp["first"]);

        // What is there is never sent again, whether it comes from the package or from the tree that it was made of.
        foreach (var source in (string[])[_temp["p.tar.zst"], data.Dir])
        {
            var again = await Pushed(source, second.Host);
            Assert.Equal((0, 0, 0, 0, 0), (again.Uploaded, again.Mounted, again.Manifests, again.Tags, again.ReferrerLists));
            Assert.True(again.Present > 0);
        }
    }

    [Fact]
    public async Task A_tree_is_pushed_without_a_package()
    {
        var data = Data.Of("samples");
        await using var server = await RegistryServer.Start(_temp["store"]);
        var report = await Pushed(data.Dir, server.Host);
        await Peers.ServesAll(data.Dir, data.Folders, server.Host);
        Assert.Contains(report.Warnings, warning => warning.Contains("2 simple-signing signatures stay behind", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parts_and_packages_on_a_server_are_pushed_as_they_are()
    {
        var data = Data.Of("samples");
        await Run.Good("create", data.Dir, "--output", _temp["p.tar.zst"], "--split", "1M");
        await using var first = await RegistryServer.Start(_temp["first"]);
        await Pushed(_temp["p.tar.zst"], first.Host);
        await Peers.ServesAll(data.Dir, data.Folders, first.Host);

        await Run.Good("create", data.Dir, "--output", _temp["q.tar.zst"]);
        using var files = new OddFileServer();
        files.Files.Add("/q.tar.zst", await File.ReadAllBytesAsync(_temp["q.tar.zst"], TestContext.Current.CancellationToken));
        await using var second = await RegistryServer.Start(_temp["second"]);
        await Pushed(files.Url + "/q.tar.zst", second.Host);
        await Peers.ServesAll(data.Dir, data.Folders, second.Host);
    }

    [Fact]
    public async Task Killed_three_times_on_the_way_it_is_completed_by_the_next_run()
    {
        var data = Data.Of("samples");
        await Run.Good("create", data.Dir, "--output", _temp["p.tar.zst"]);
        await using var server = await RegistryServer.Start(_temp["store"]);
        Process? running = null;
        var (blobs, manifests) = (0, 0);
        var (lastBlob, lastManifest) = (3, int.MaxValue);
        await using var proxy = await RegistryProxy.Start(server, async context =>
        {
            var (path, put) = (context.Request.Path.Value!, context.Request.Method == "PUT");
            if ((put && path.Contains("/blobs/", StringComparison.Ordinal) && Interlocked.Increment(ref blobs) >= lastBlob)
                || (put && path.Contains("/manifests/", StringComparison.Ordinal) && Interlocked.Increment(ref manifests) >= lastManifest))
            {
                // In the midst of a body, where it has one.
                _ = await context.Request.Body.ReadAtLeastAsync(new byte[10_000], 10_000, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
                running!.Kill();
                context.Abort();
                return true;
            }

            return false;
        });
        foreach (var (blob, manifest) in ((int, int)[])[(3, int.MaxValue), (7, int.MaxValue), (int.MaxValue, 4)])
        {
            (blobs, manifests, lastBlob, lastManifest) = (0, 0, blob, manifest);
            running = Process.Start(new ProcessStartInfo(Run.Bundle, ["push", _temp["p.tar.zst"], "docker://" + proxy.Host, "--tls-verify=false", "--parallel", "2", "--quiet"]) { UseShellExecute = false })!;
            await running.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(128 + 9, running.ExitCode);
            // No tag before all is there.
            Assert.Empty(Directory.Exists(_temp["store"]) ? Directory.EnumerateDirectories(_temp["store"], "tags", SearchOption.AllDirectories) : []);
        }

        var report = await Pushed(_temp["p.tar.zst"], server.Host);
        Assert.Equal(0, report.Uploaded);
        Assert.InRange(report.PresentManifests, 1, 3);
        Assert.True(report.Manifests > 0);
        await Peers.ServesAll(data.Dir, data.Folders, server.Host);
        await Peers.NothingIsGarbage(server);
    }

    [Fact]
    public async Task A_dry_run_tells_what_a_run_does_and_sends_nothing()
    {
        await Run.Good("create", Data.Of("samples").Dir, "--output", _temp["p.tar.zst"]);
        await using var server = await RegistryServer.Start(_temp["store"]);
        var planned = await Pushed(_temp["p.tar.zst"], server.Host, "--dry-run");
        Assert.False(Directory.Exists(_temp["store"]));
        var table = await Run.Good("push", _temp["p.tar.zst"], "docker://" + server.Host, "--tls-verify=false", "--dry-run");
        Assert.Contains($"{server.Host}/product/worker:2.0 ", table.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("would push", table.StandardOutput, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temp["store"]));

        var done = await Pushed(_temp["p.tar.zst"], server.Host);
        Assert.Equal(planned.Numbers, done.Numbers);
        // Three images share two layers: each is sent once and then mounted.
        Assert.True(done.Mounted >= 4);
        Assert.All(done.States, state => Assert.Equal("new", state));
        Assert.All((await Pushed(_temp["p.tar.zst"], server.Host, "--dry-run")).States, state => Assert.Equal("there", state));
    }

    [Fact]
    public async Task Names_are_mapped_and_prefixed()
    {
        var data = Data.Of("samples");
        await using var server = await RegistryServer.Start(_temp["store"]);
        await Pushed(data.Dir, server.Host + "/site", "--prefix", "a/b/", "--map", "registry.k8s.io/kube-scheduler=scheduler", "--map", "registry.k8s.io/*=k8s/*", "--map", "tools/*=*");
        Assert.Equal(
            ["k8s/kube-apiserver", "k8s/kube-controller-manager", "legacy", "multi", "product/team/api", "product/worker", "product/zero", "scheduler"],
            Repositories("site/a/b"));
        var slip = await Pushed(data.Dir, server.Host + "/site", "--dry-run", "--image", "tools/*", "--map", "tool/*=t/*", "--map", "product/*=p/*");
        Assert.Equal(["no image has a name that --map tool/*=t/* changes"], slip.Warnings.Where(warning => warning.Contains("--map", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Flat_names_are_the_last_part_alone()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        await Pushed(Data.Of("samples").Dir, server.Host + "/all", "--flat", "--map", "tools/*=tools/*");
        Assert.Equal(["api", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "tools/legacy", "tools/multi", "worker", "zero"], Repositories("all"));
    }

    [Fact]
    public async Task Two_images_of_one_name_are_refused_before_anything_is_sent()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        var error = await Refused(1, "push", Data.Of("samples").Dir, "docker://" + server.Host, "--tls-verify=false", "--map", "registry.k8s.io/kube-scheduler=one", "--map", "registry.k8s.io/kube-apiserver=one");
        Assert.Equal("name-conflict", error.Id);
        Assert.Contains($"would both be {server.Host}/one:v1.20.5", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temp["store"]));
    }

    [Fact]
    public async Task Only_wanted_images_are_pushed_and_unknown_ones_refused()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        await Pushed(Data.Of("samples").Dir, server.Host, "--image", "tools/*", "--image", "product/team/api:latest");
        Assert.Equal(["product/team/api", "tools/legacy", "tools/multi"], Repositories(""));
        Assert.Equal("image-unknown", (await Refused(1, "push", Data.Of("samples").Dir, "docker://" + server.Host, "--tls-verify=false", "--image", "gone")).Id);
    }

    [Fact]
    public async Task An_incremental_package_needs_what_it_builds_on()
    {
        var data = Data.Of("samples");
        await Run.Good("create", data.Dir + "/localhost:5000", "--output", _temp["1.tar.zst"]);
        await Run.Good("create", data.Dir, "--base", _temp["1.tar.zst"], "--output", _temp["2.tar.zst"]);

        // Onto an empty registry: refused as a whole.
        await using var empty = await RegistryServer.Start(_temp["empty"]);
        var error = await Refused(1, "push", _temp["2.tar.zst"], "docker://" + empty.Host, "--tls-verify=false");
        Assert.Equal("base-missing", error.Id);
        Assert.Contains("localhost:5000/product/team/api:2.0", error.Images);
        Assert.Contains("product/worker:2.0", error.Images);
        Assert.DoesNotContain("tools/multi:1", error.Images);
        Assert.False(Directory.Exists(_temp["empty"]));

        // What the registry lacks may come from the base itself.
        await Pushed(_temp["2.tar.zst"], empty.Host, "--base", _temp["1.tar.zst"]);
        await Peers.ServesAll(data.Dir, data.Folders, empty.Host);
        await Peers.NothingIsGarbage(empty);

        // Onto one that has the base: what it has is taken over.
        await using var server = await RegistryServer.Start(_temp["store"]);
        await Pushed(_temp["1.tar.zst"], server.Host);
        await Pushed(_temp["2.tar.zst"], server.Host);
        await Peers.ServesAll(data.Dir, data.Folders, server.Host);
        await Peers.NothingIsGarbage(server);
    }

    [Fact]
    public async Task What_is_lent_is_mounted_from_the_repositories_of_the_base()
    {
        var data = Data.Of("samples");
        await Run.Good("create", data.Dir + "/localhost:5000/product", "--output", _temp["1.tar.zst"]);
        await Run.Good("create", data.Dir + "/product", "--base", _temp["1.tar.zst"], "--output", _temp["2.tar.zst"]);
        await using var server = await RegistryServer.Start(_temp["store"]);
        await Pushed(_temp["1.tar.zst"], server.Host);
        // The new package does not know where the old one's images went.
        Assert.Equal("base-missing", (await Refused(1, "push", _temp["2.tar.zst"], "docker://" + server.Host, "--tls-verify=false")).Id);
        // Its bundle.json alone says so.
        await Run.Shell("tar --zstd -xf 1.tar.zst bundle.json", _temp.Path);
        Assert.True((await Pushed(_temp["2.tar.zst"], server.Host, "--base", _temp["bundle.json"])).Mounted > 0);
        await Peers.NothingIsGarbage(server);
    }

    [Fact]
    public async Task A_registry_that_lists_no_referrers_gets_lists_of_them()
    {
        var data = Data.Of("samples");
        await using var server = await RegistryServer.Start(_temp["store"]);
        using var client = new Bundle.Registry.RegistryClient(server.Host, Registry.Clients.Options);
        var repository = client.Repository("product/team/api");
        var (api, sbom) = (DigestOf(data, "localhost:5000/product/team/api:2.0"), DigestOf(data, "localhost:5000/product/team/api:sbom"));

        // Another one is on the list, and stays on it.
        await Pushed(data.Dir, server.Host, "--image", "product/team/api:2.0");
        var other = System.Text.Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{api}}","size":{{new FileInfo(Path.Combine(data.Dir, "localhost:5000/product/team/api:2.0/manifest.json")).Length}},"annotations":{"a":"b"} }]}""");
        await repository.PutManifest("sha256-" + api.Hex, Digest.Of(other), MediaTypes.OciIndex, other, TestContext.Current.CancellationToken);

        Assert.Equal(1, (await Pushed(data.Dir, server.Host, "--image", "product/team/api:sbom")).ReferrerLists);
        var listed = await repository.Referrers(api, TestContext.Current.CancellationToken);
        Assert.Equal([api, sbom], listed.Select(one => one.Digest));
        var list = (await repository.GetManifest("sha256-" + api.Hex, TestContext.Current.CancellationToken))!.Bytes;
        Assert.Contains("\"artifactType\":\"application/spdx+json\"", System.Text.Encoding.UTF8.GetString(list), StringComparison.Ordinal);
        Assert.Contains("\"annotations\":{\"a\":\"b\"}", System.Text.Encoding.UTF8.GetString(list), StringComparison.Ordinal);
        Assert.Equal(0, (await Pushed(data.Dir, server.Host, "--image", "product/team/api:sbom")).ReferrerLists);
    }

    [Fact]
    public async Task A_list_without_some_of_its_children_is_refused_with_advice()
    {
        await Run.Good("create", Data.Of("samples").Dir + "/tools", "--platform", "linux/arm64", "--output", _temp["p.tar.zst"]);
        await using var server = await RegistryServer.Start(_temp["store"]);
        var error = await Refused(1, "push", _temp["p.tar.zst"], "docker://" + server.Host, "--tls-verify=false");
        Assert.Equal("registry-error", error.Id);
        Assert.Contains("complete lists only", error.Hint, StringComparison.Ordinal);
        Assert.NotEmpty(error.Images);
    }

    [Fact]
    public async Task A_damaged_package_never_ends_as_an_accepted_blob()
    {
        var data = Data.Of("samples");
        await Run.Good("create", data.Dir + "/registry.k8s.io", "--output", _temp["p.tar.zst"]);
        await using (var file = File.Open(_temp["p.tar.zst"], FileMode.Open))
        {
            // Two thirds of it is in the midst of a layer.
            file.Position = file.Length * 2 / 3;
            var there = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(there ^ 0x10));
        }

        await using var server = await RegistryServer.Start(_temp["store"]);
        var error = await Refused(3, "push", _temp["p.tar.zst"], "docker://" + server.Host, "--tls-verify=false");
        Assert.NotEmpty(error.Images);
        await StoreIsSound();
    }

    [Fact]
    public async Task A_damaged_tree_never_ends_as_an_accepted_blob()
    {
        await Run.Tool("cp", "-r", Data.Of("samples").Dir + "/product/worker:2.0", _temp["app:1"]);
        var victim = Directory.EnumerateFiles(_temp["app:1"]).MaxBy(path => new FileInfo(path).Length)!;
        await using (var file = File.OpenWrite(victim))
        {
            file.Position = file.Length - 1;
            file.WriteByte(0x55);
        }

        await using var server = await RegistryServer.Start(_temp["store"]);
        var error = await Refused(1, "push", _temp["app:1"], "docker://" + server.Host, "--tls-verify=false");
        Assert.Equal("blob-mismatch", error.Id);
        Assert.Equal(victim, error.Entry);
        await StoreIsSound();
    }

    [Fact]
    public async Task Users_are_let_in_by_their_auth_file_and_tls_by_its_root()
    {
        await Certificates.Make(_temp.Path, "127.0.0.1");
        await Run.Shell("htpasswd -Bbc users alice s3cret", _temp.Path);
        await using var server = await RegistryServer.Start(_temp["store"], htpasswd: _temp["users"], certificate: _temp["server.crt"]);
        await Run.Tool("skopeo", "login", "--tls-verify=false", "--authfile", _temp["auth.json"], "-u", "alice", "-p", "s3cret", server.Host);
        _temp.Write("empty.json", "{}");
        string[] push = ["push", Data.Of("samples").Dir, "docker://" + server.Host, "--json"];
        await Run.Good([.. push, "--authfile", _temp["auth.json"], "--ca", _temp["ca.crt"]]);
        Assert.Contains("--ca", (await Refused(1, [.. push, "--authfile", _temp["auth.json"]])).Hint, StringComparison.Ordinal);
        var denied = await Refused(1, [.. push, "--authfile", _temp["empty.json"], "--ca", _temp["ca.crt"]]);
        Assert.Equal("registry-denied", denied.Id);
        Assert.Contains("skopeo login", denied.Hint, StringComparison.Ordinal);
    }

    /// <summary>Pushes to a host, which has to go well.</summary>
    internal static async Task<Report> Pushed(string source, string to, params string[] options) =>
        Report.Of((await Run.Good(["push", source, "docker://" + to, "--tls-verify=false", "--json", .. options])).StandardOutput);

    /// <summary>Runs the program, which has to fail.</summary>
    internal static async Task<Error> Refused(int exitCode, params string[] arguments)
    {
        var result = await Run.Cli([.. arguments.Where(one => one != "--json"), "--json"]);
        Assert.True(result.ExitCode == exitCode, $"{result.ExitCode}: {result.StandardOutput}{result.StandardError}");
        using var error = JsonDocument.Parse(result.StandardError);
        var root = error.RootElement;
        return new Error(
            root.GetProperty("id").GetString()!, root.GetProperty("message").GetString()!, root.GetProperty("hint").GetString() ?? "",
            Text(root, "entry"), Text(root, "digest"),
            [.. root.GetProperty("images").EnumerateArray().Select(image => image.GetString()!)]);
    }

    private static Digest DigestOf(Data data, string folder) => Digest.Of(File.ReadAllBytes(Path.Combine(data.Dir, folder, "manifest.json")));

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private string[] Repositories(string below)
    {
        var root = _temp["store/docker/registry/v2/repositories/" + below];
        return [.. Directory.EnumerateDirectories(root, "_manifests", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, Path.GetDirectoryName(path)!)).Order(StringComparer.Ordinal)];
    }

    // Every blob that the registry took is what its name says, and no image is visible.
    private async Task StoreIsSound() => await Run.Shell(
        """
        for data in $(find store -path '*/blobs/sha256/*' -name data); do [ $(basename $(dirname $data)) = $(sha256sum < $data | cut -d' ' -f1) ] || exit 1; done
        [ -z "$(find store -name tags)$(find store -name revisions)" ]
        """,
        _temp.Path);

    internal sealed record Error(string Id, string Message, string Hint, string? Entry, string? Digest, IReadOnlyList<string> Images);

    internal sealed record Report(int Uploaded, int Mounted, int Present, int Manifests, int PresentManifests, int Tags)
    {
        public (int, int, int, int, int, int) Numbers => (Uploaded, Mounted, Present, Manifests, PresentManifests, Tags);

        public int ReferrerLists { get; private init; }

        public IReadOnlyList<string> States { get; private init; } = [];

        public IReadOnlyList<string> Warnings { get; private init; } = [];

        public static Report Of(string json)
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            Assert.Equal("bundle.push/1", root.GetProperty("schema").GetString());
            int Number(string name) => root.GetProperty(name).GetInt32();
            return new Report(Number("uploadedBlobs"), Number("mountedBlobs"), Number("presentBlobs"), Number("manifests"), Number("presentManifests"), Number("tags"))
            {
                ReferrerLists = Number("referrerLists"),
                States = [.. root.GetProperty("images").EnumerateArray().SelectMany(image => image.GetProperty("references").EnumerateArray()).Select(one => one.GetProperty("state").GetString()!)],
                Warnings = [.. root.GetProperty("warnings").EnumerateArray().Select(one => one.GetString()!)],
            };
        }
    }
}
