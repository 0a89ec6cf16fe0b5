using System.Collections.Concurrent;
using System.Text.Json;
using Bundle.Create;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Tests.Registry;
using Bundle.Tests.Support;
using CliWrap.Buffered;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary><c>bundle create docker://…</c>: images of a live registry, beside the same images from a tree that skopeo made of it.</summary>
public sealed class LiveRegistryTests : IDisposable
{
    private const string Plain = "--tls-verify=false";
    private readonly TempFolder _temp = new();

    public static TheoryData<string> Sets => Data.Names;

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Gives_the_same_index_as_a_scoped_tree_of_the_same_images(string set)
    {
        var data = Data.Of(set);
        await using var server = await Filled(data);
        var names = data.Folders.Select(folder => Name(server.Host, folder)).Distinct().ToList();
        foreach (var name in names)
        {
            await Run.Tool("skopeo", "copy", "--quiet", "--all", "--preserve-digests", "--src-tls-verify=false", "docker://" + name, $"dir:{Folder(name)}");
        }

        await Run.Good("create", _temp["tree"], "-o", _temp["tree.tar.zst"]);
        await Run.Good(["create", .. names.Select(name => "docker://" + name), Plain, "-o", _temp["live.tar.zst"]]);
        await File.WriteAllLinesAsync(_temp["list.txt"], ["# all of it", .. names], TestContext.Current.CancellationToken);
        await Run.Good("create", "--images-from", _temp["list.txt"], Plain, "-o", _temp["list.tar.zst"]);
        await Run.Tool("cmp", _temp["tree.tar.zst"], _temp["live.tar.zst"]);
        await Run.Tool("cmp", _temp["tree.tar.zst"], _temp["list.tar.zst"]);
    }

    [Fact]
    public async Task Signatures_and_the_like_come_along_unless_they_are_not_wanted()
    {
        var data = Data.Of("samples");
        await using var server = await Filled(data);
        var api = await DigestOf(server.Host, "product/team/api", "2.0");
        var sbom = await DigestOf(server.Host, "product/team/api", "sbom");
        // As clients leave it in a registry without the referrers API.
        var sbomSize = new FileInfo(Path.Combine(data.Dir, "localhost:5000/product/team/api:sbom/manifest.json")).Length;
        var index = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{sbom}}","size":{{sbomSize}}}]}""";
        await Put(server.Host, "product/team/api", $"sha256-{api.Hex}", index);

        var source = $"docker://{server.Host}/product/team/api:2.0";
        await Run.Good("create", source, Plain, "-o", _temp["all.tar.zst"]);
        await Run.Good("create", source, Plain, "--no-referrers", "-o", _temp["bare.tar.zst"]);
        Assert.Equal(["2.0", $"sha256-{api.Hex}", $"sha256-{api.Hex}.sig"], await Tags("all.tar.zst"));
        Assert.Equal(["2.0"], await Tags("bare.tar.zst"));
        Assert.Contains(sbom.ToString(), (await Index("all.tar.zst")).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_registry_with_the_referrers_api_finds_comes_along(bool alsoUnderTheFallbackTag)
    {
        await Run.Tool("cp", "-r", Data.Of("samples").Dir, _temp["images"]);
        var images = _temp["images/localhost:5000/product/team/api:"];
        var (api, signature) = (Digest.Of(await File.ReadAllBytesAsync(images + "2.0/manifest.json", Clients.Cancellation)), "");
        signature = $"{images}sha256-{api.Hex}.sig";
        if (alsoUnderTheFallbackTag)
        {
            // Left from times without the API: the list knows one of the two.
            var listed = await File.ReadAllBytesAsync(signature + "/manifest.json", Clients.Cancellation);
            var fallback = $"{images}sha256-{api.Hex}";
            await Run.Tool("cp", "-r", signature, fallback);
            File.Move(fallback + "/manifest.json", $"{fallback}/{Digest.Of(listed).Hex}.manifest.json");
            await File.WriteAllTextAsync(fallback + "/manifest.json",
                $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{Digest.Of(listed)}}","size":{{listed.Length}}}]}""", Clients.Cancellation);
        }

        await Run.Good("create", _temp["images"], "-o", _temp["all.tar.zst"]);
        await using var server = await BundleServer.Start(_temp["all.tar.zst"]);
        await Run.Good("create", $"docker://{server.Host}/product/team/api:2.0", Plain, "-o", _temp["p.tar.zst"]);
        Assert.Equal(["2.0", .. alsoUnderTheFallbackTag ? (string[])[$"sha256-{api.Hex}"] : [], $"sha256-{api.Hex}.sig"], await Tags("p.tar.zst"));
        var sbom = Digest.Of(await File.ReadAllBytesAsync(images + "sbom/manifest.json", Clients.Cancellation));
        Assert.Equal([sbom.ToString()], (await Index("p.tar.zst")).GetProperty("images").EnumerateArray()
            .Where(image => image.GetProperty("tags").GetArrayLength() == 0).Select(image => image.GetProperty("digest").GetString()));
        await Run.Good("create", $"docker://{server.Host}/product/team/api:2.0", Plain, "--no-referrers", "-o", _temp["bare.tar.zst"]);
        Assert.Equal(1, (await Index("bare.tar.zst")).GetProperty("images").GetArrayLength());
    }

    [Fact]
    public async Task A_sync_file_is_understood_as_skopeo_understands_it()
    {
        Directory.CreateDirectory(_temp["store"]);
        await Run.Shell("htpasswd -Bbc users alice s3cret", _temp.Path);
        var data = Data.Of("samples");
        await using (var open = await RegistryServer.Start(_temp["store"]))
        {
            await Peers.Push(data.Dir, data.Folders, open.Host);
            foreach (var tag in (string[])["v1.19.0", "v1.21.3", "1.22", "v2.0.0", "v1.23.0-rc.1", "nightly"])
            {
                await Run.Tool("skopeo", "copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false", $"docker://{open.Host}/kube-apiserver:v1.20.5", $"docker://{open.Host}/kube-apiserver:{tag}");
            }
        }

        await using var server = await RegistryServer.Start(_temp["store"], htpasswd: _temp["users"]);
        var multi = Digest.Of(await File.ReadAllBytesAsync(Path.Combine(data.Dir, "tools/multi:1/manifest.json"), TestContext.Current.CancellationToken));
        var yaml = _temp.Write("images.yaml", $"""
            {server.Host}:
              images:
                product/worker: []
                kube-scheduler:
                  - "v1.20.5"
                tools/multi:
                  - "{multi}"
              images-by-tag-regex:
                kube-controller-manager: ^v1\.[0-9]+\.5$
              credentials:
                username: alice
                password: s3cret
              tls-verify: false
            """);
        await Run.Tool("skopeo", "sync", "--all", "--scoped", "--preserve-digests", "--src", "yaml", "--dest", "dir", yaml, _temp["tree"]);
        await Run.Good("create", _temp["tree"], "-o", _temp["tree.tar.zst"]);
        await Run.Good("create", yaml, "--no-referrers", "-o", _temp["live.tar.zst"]);
        await Run.Tool("cmp", _temp["tree.tar.zst"], _temp["live.tar.zst"]);
        await Run.Good("create", "--images-from", yaml, "--no-referrers", "-o", _temp["list.tar.zst"]);
        await Run.Tool("cmp", _temp["tree.tar.zst"], _temp["list.tar.zst"]);

        // Older skopeos do not know these; the versions are those that its library takes.
        await File.AppendAllTextAsync(yaml, "\n  images-by-semver:\n    kube-apiserver: '>= 1.20.0, < 2'\n", TestContext.Current.CancellationToken);
        await Run.Good("create", yaml, "--no-referrers", "-o", _temp["versions.tar.zst"]);
        Assert.Equal(["1.22", "2.0", "v1.20.5", "v1.20.5", "v1.20.5", "v1.21.3"], await Tags("versions.tar.zst"));
    }

    [Theory]
    [InlineData("a: [", "line")]
    [InlineData("a: [b, hunter2: d\ne:\n", "not valid YAML")]
    [InlineData("reg.example:\n  images:\n    Bad: []\n", "no repository")]
    [InlineData("reg.example:\n  images:\n    a:\n      - 'no tag'\n", "neither a tag nor a digest")]
    [InlineData("reg.example:\n  images-by-tag-regex:\n    a: '(?=x)'\n", "regular expression")]
    [InlineData("reg.example:\n  images-by-semver:\n    a: 'about 3'\n", "range of versions")]
    [InlineData("reg.example:\n  tls-verify: perhaps\n", "neither true nor false")]
    [InlineData("reg.example:\n  imagez: {}\n", "imagez")]
    [InlineData("reg.example:\n  credentials: hunter2\n", "no mapping")]
    [InlineData("{}", "names no image")]
    public async Task A_sync_file_that_is_not_understood_is_told(string yaml, string what)
    {
        var result = await Run.Cli("create", "yaml:" + _temp.Write("bad.yml", yaml), "-o", _temp["p.tar.zst"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(what, result.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Platforms_are_chosen_and_the_list_keeps_its_digest()
    {
        var data = Data.Of("samples");
        await using var server = await Filled(data);
        await Run.Good("create", $"docker://{server.Host}/tools/multi:1", Plain, "--platform", "linux/arm64", "-o", _temp["live.tar.zst"]);
        Directory.CreateDirectory(_temp[$"tree/{server.Host}/tools"]);
        await Run.Tool("cp", "-r", Path.Combine(data.Dir, "tools/multi:1"), _temp[$"tree/{server.Host}/tools/multi:1"]);
        await Run.Good("create", _temp["tree"], "--platform", "linux/arm64", "-o", _temp["tree.tar.zst"]);
        await Run.Tool("cmp", _temp["tree.tar.zst"], _temp["live.tar.zst"]);
        await Run.Good("verify", _temp["live.tar.zst"]);
    }

    [Fact]
    public async Task Images_that_are_not_there_are_all_told_and_nothing_is_written()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        var result = await Run.Cli("create", $"docker://{server.Host}/no/such:1", $"docker://{server.Host}/nor:this", Plain, "-o", _temp["p.tar.zst"], "--json");
        Assert.Equal(1, result.ExitCode);
        var error = JsonDocument.Parse(result.StandardError).RootElement;
        Assert.Equal("image-unknown", error.GetProperty("id").GetString());
        Assert.Equal(2, error.GetProperty("images").GetArrayLength());
        Assert.False(File.Exists(_temp["p.tar.zst"]));
    }

    [Fact]
    public async Task A_blob_that_the_registry_lost_is_found_before_anything_is_written()
    {
        var data = Data.Of("samples");
        await using var server = await Filled(data);
        var largest = LargestBlob();
        File.Delete(largest);
        var result = await CreateAll(data, server);
        var error = JsonDocument.Parse(result.StandardError).RootElement;
        Assert.Equal("blob-missing", error.GetProperty("id").GetString());
        Assert.Contains(Path.GetFileName(Path.GetDirectoryName(largest)!), error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_temp.Path, "*.zst*"));
    }

    [Fact]
    public async Task Damage_in_the_registry_is_refused()
    {
        var data = Data.Of("samples");
        await using var server = await Filled(data);
        var largest = LargestBlob();
        using (var file = File.OpenWrite(largest))
        {
            file.Position = 1000;
            file.Write("damage"u8);
        }

        var result = await CreateAll(data, server);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("blob-mismatch", JsonDocument.Parse(result.StandardError).RootElement.GetProperty("id").GetString());
        Assert.Empty(Directory.EnumerateFiles(_temp.Path, "*.zst*"));
    }

    [Fact]
    public async Task Connections_that_break_are_no_matter_and_a_registry_that_dies_leaves_nothing()
    {
        var data = Data.Of("samples");
        await using var server = await Filled(data);
        using var forward = new HttpClient();
        var (broken, dead) = (new ConcurrentDictionary<string, bool>(), false);
        // Between the two stands what cuts every download in the middle, once, or all of them for ever.
        await using var wire = await OddServer.Start(async context =>
        {
            var request = context.Request;
            using var message = new HttpRequestMessage(new HttpMethod(request.Method), $"http://{server.Host}{request.Path}{request.QueryString}");
            foreach (var header in request.Headers.Where(header => header.Key is "Accept" or "Range"))
            {
                message.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray());
            }

            using var response = await forward.SendAsync(message, Clients.Cancellation);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.Headers.ContentRange = response.Content.Headers.ContentRange?.ToString();
            context.Response.ContentLength = response.Content.Headers.ContentLength;
            var body = await response.Content.ReadAsByteArrayAsync(Clients.Cancellation);
            var cut = request.Method == "GET" && body.Length > 100_000 && (dead || broken.TryAdd(request.Path, true));
            await context.Response.Body.WriteAsync(body.AsMemory(0, cut ? dead ? 0 : body.Length / 2 : body.Length), Clients.Cancellation);
            if (cut)
            {
                await context.Response.Body.FlushAsync(Clients.Cancellation);
                await Task.Delay(50, Clients.Cancellation);
                context.Abort();
            }
        });
        var options = new CreateOptions
        {
            Sources = [.. data.Folders.Select(folder => "docker://" + Name(wire.Host, folder))],
            Output = _temp["p.tar.zst"],
            Registry = Clients.Instant(new InstantClock()),
        };
        Creator.Run(options, NoProgress.Instance, Clients.Cancellation);
        await Run.Good("verify", _temp["p.tar.zst"]);
        Assert.NotEmpty(broken);
        File.Delete(_temp["p.tar.zst"]);

        dead = true;
        Assert.Equal(FaultId.RegistryUnreachable, Assert.Throws<BundleException>(() => Creator.Run(options, NoProgress.Instance, Clients.Cancellation)).Fault.Id);
        Assert.Empty(Directory.EnumerateFiles(_temp.Path, "*.zst*"));
    }

    [Fact]
    public async Task What_a_folder_has_is_not_fetched()
    {
        var data = Data.Of("samples");
        await using var server = await Filled(data);
        foreach (var layer in Directory.EnumerateFiles(_temp["store"], "data", SearchOption.AllDirectories).Where(path => new FileInfo(path).Length > 200_000))
        {
            File.Delete(layer);
        }

        // The registry has lost its layers, but the folder has them all.
        await Run.Good("create", data.Dir, $"docker://{server.Host}/kube-scheduler:v1.20.5", Plain, "--no-referrers", "-o", _temp["p.tar.zst"]);
        await Run.Good("verify", _temp["p.tar.zst"]);
    }

    private static string Name(string host, string folder)
    {
        var reference = ImageReference.TryParse(folder)!;
        return $"{host}/{reference.Name.Repository}" + (reference.Tag is { } tag ? ":" + tag : "@" + reference.Digest);
    }

    private string Folder(string name)
    {
        var folder = Path.Combine(_temp["tree"], name);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        return folder;
    }

    private static async Task<Digest> DigestOf(string host, string repository, string tag)
    {
        var manifest = await Run.Tool("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{host}/{repository}:{tag}");
        return Digest.Of(System.Text.Encoding.UTF8.GetBytes(manifest.StandardOutput));
    }

    private static async Task Put(string host, string repository, string tag, string manifest)
    {
        using var client = new HttpClient();
        using var content = new StringContent(manifest, null, MediaTypes.OciIndex);
        content.Headers.ContentType = new(MediaTypes.OciIndex);
        using var response = await client.PutAsync(new Uri($"http://{host}/v2/{repository}/manifests/{tag}"), content, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task<JsonElement> Index(string package) =>
        JsonDocument.Parse((await Run.Shell($"tar --zstd -xOf {package} bundle.json", _temp.Path)).StandardOutput).RootElement;

    private async Task<List<string>> Tags(string package) =>
        [.. (await Index(package)).GetProperty("images").EnumerateArray().SelectMany(image => image.GetProperty("tags").EnumerateArray()).Select(tag => tag.GetString()!).Order(StringComparer.Ordinal)];

    // A registry with all images of a tree, its store in the folder "store".
    private async Task<RegistryServer> Filled(Data data)
    {
        Directory.CreateDirectory(_temp["store"]);
        var server = await RegistryServer.Start(_temp["store"]);
        await Peers.Push(data.Dir, data.Folders, server.Host);
        return server;
    }

    private string LargestBlob() => Directory.EnumerateFiles(_temp["store"], "data", SearchOption.AllDirectories).MaxBy(path => new FileInfo(path).Length)!;

    private Task<BufferedCommandResult> CreateAll(Data data, RegistryServer server) =>
        Run.Cli(["create", .. data.Folders.Select(folder => "docker://" + Name(server.Host, folder)), Plain, "-o", _temp["p.tar.zst"], "--json"]);
}
