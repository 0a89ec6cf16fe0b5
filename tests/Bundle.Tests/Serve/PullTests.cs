using System.Net;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Reading;
using Bundle.Serve;
using Bundle.Tests.EndToEnd;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Serve;

/// <summary>The pull part of the distribution-spec's conformance tests (01_pull_test.go), and what clients rely on beside it.</summary>
public sealed class PullTests(ServedSamples served) : IClassFixture<ServedSamples>
{
    private const string Api = "/v2/product/team/api", Worker = "/v2/product/worker";
    private static readonly Digest Unknown = Digest.Of("unknown"u8);

    [Fact]
    public Task Every_manifest_and_blob_is_that_of_the_images() =>
        Peers.ServesAll(served.Tree, Directory.EnumerateFiles(served.Tree, "manifest.json", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(served.Tree, Path.GetDirectoryName(path)!)), served.Host);

    [Theory]
    [InlineData("/v2/")]
    [InlineData("/v2")]
    public async Task It_is_a_registry(string path)
    {
        var response = await served.Get(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("registry/2.0", response.Headers.GetValues("Docker-Distribution-API-Version").Single());
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/v2/")]
    [InlineData("/v2/_catalog")]
    [InlineData(Api + "/tags/list")]
    [InlineData(Api + "/manifests/2.0")]
    [InlineData(Api + "/manifests/gone")]
    [InlineData(Api + "/referrers/SUBJECT")]
    [InlineData(Worker + "/blobs/LAYER")]
    [InlineData("/")]
    [InlineData("/files/extra/large.bin")]
    [InlineData("/gone")]
    public async Task Head_says_what_get_does(string path)
    {
        path = path.Replace("SUBJECT", served.Subject.ToString(), StringComparison.Ordinal).Replace("LAYER", Layer().ToString(), StringComparison.Ordinal);
        var get = await served.Get(path);
        var head = await served.Send("HEAD", path);
        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Headers(get), Headers(head));
        Assert.Equal((await get.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length, head.Content.Headers.ContentLength);

        static IEnumerable<string> Headers(HttpResponseMessage message) =>
            message.Headers.Concat(message.Content.Headers).Where(one => one.Key != "Date").Select(one => one.Key + ": " + string.Join(',', one.Value)).Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("application/vnd.oci.image.manifest.v1+json")]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json")]
    [InlineData("text/html")]
    [InlineData("*/*")]
    public async Task A_manifest_is_sent_as_it_is_stored(string accept)
    {
        var response = await served.Get("/v2/tools/multi/manifests/1", ("Accept", accept), ("Accept-Encoding", "gzip, zstd"));
        var expected = await File.ReadAllBytesAsync(served.Tree + "/tools/multi:1/manifest.json", TestContext.Current.CancellationToken);
        Assert.Equal(expected, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(MediaTypes.OciIndex, response.Content.Headers.ContentType!.ToString());
        Assert.Equal(Digest.Of(expected).ToString(), response.Headers.GetValues("Docker-Content-Digest").Single());
        Assert.Equal($"\"{Digest.Of(expected)}\"", response.Headers.ETag!.ToString());
        Assert.Empty(response.Content.Headers.ContentEncoding);
    }

    [Theory]
    [InlineData(Api + "/manifests/.INVALID_MANIFEST_NAME", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Api + "/manifests/gone", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Api + "/manifests/UNKNOWN", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Api + "/manifests/sha256:12", HttpStatusCode.BadRequest, "DIGEST_INVALID")]
    [InlineData(Api + "/blobs/UNKNOWN", HttpStatusCode.NotFound, "BLOB_UNKNOWN")]
    [InlineData(Api + "/blobs/LAYER", HttpStatusCode.NotFound, "BLOB_UNKNOWN")]
    [InlineData(Worker + "/manifests/LAYER", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Worker + "/manifests/SUBJECT", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Api + "/blobs/SUBJECT", HttpStatusCode.NotFound, "BLOB_UNKNOWN")]
    [InlineData(Api + "/blobs/latest", HttpStatusCode.BadRequest, "DIGEST_INVALID")]
    [InlineData("/v2/product/gone/tags/list", HttpStatusCode.NotFound, "NAME_UNKNOWN")]
    [InlineData("/v2/product/tags/list", HttpStatusCode.NotFound, "NAME_UNKNOWN")]
    [InlineData("/v2/Product/tags/list", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/product%2Fworker/tags/list", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2//tags/list", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/product/worker/tags", HttpStatusCode.NotFound, "UNKNOWN")]
    [InlineData("/v2/product/worker/_layers/LAYER", HttpStatusCode.NotFound, "UNKNOWN")]
    public async Task What_is_not_there_is_told_as_the_spec_has_it(string path, HttpStatusCode status, string code)
    {
        path = path.Replace("UNKNOWN", Unknown.ToString(), StringComparison.Ordinal).Replace("LAYER", Layer().ToString(), StringComparison.Ordinal)
            .Replace("SUBJECT", served.Subject.ToString(), StringComparison.Ordinal);
        var response = await served.Get(path);
        Assert.Equal(status, response.StatusCode);
        using var error = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(code, error.RootElement.GetProperty("errors")[0].GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("POST", Api + "/blobs/uploads/")]
    [InlineData("PATCH", Api + "/blobs/uploads/1")]
    [InlineData("PUT", Api + "/manifests/new")]
    [InlineData("DELETE", Api + "/manifests/2.0")]
    [InlineData("DELETE", "/")]
    [InlineData("OPTIONS", "/v2/")]
    public async Task Nothing_can_be_written(string method, string path)
    {
        var response = await served.Send(method, path);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
        Assert.Contains("UNSUPPORTED", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bytes=0-0")]
    [InlineData("bytes=10-99")]
    [InlineData("bytes=-7")]
    [InlineData("bytes=2097151-2097152")]
    [InlineData("bytes=100000-")]
    public async Task A_range_of_a_blob(string range)
    {
        var whole = await File.ReadAllBytesAsync($"{served.Tree}/product/worker:2.0/{Layer().Hex}", TestContext.Current.CancellationToken);
        var response = await served.Get($"{Worker}/blobs/{Layer()}", ("Range", range));
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        var place = response.Content.Headers.ContentRange!;
        Assert.Equal(whole.Length, place.Length);
        Assert.Equal(whole[(int)place.From!..(int)(place.To! + 1)], await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_range_beyond_the_blob_is_refused()
    {
        var size = new FileInfo($"{served.Tree}/product/worker:2.0/{Layer().Hex}").Length;
        var response = await served.Get($"{Worker}/blobs/{Layer()}", ("Range", $"bytes={size}-"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.Equal($"bytes */{size}", response.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task A_range_of_something_else_gives_the_whole()
    {
        var path = $"{Worker}/blobs/{Layer()}";
        Assert.Equal(HttpStatusCode.OK, (await served.Get(path, ("Range", "bytes=0-9"), ("If-Range", $"\"{Unknown}\""))).StatusCode);
        Assert.Equal(HttpStatusCode.PartialContent, (await served.Get(path, ("Range", "bytes=0-9"), ("If-Range", $"\"{Layer()}\""))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await served.Get(path, ("Range", "bytes=0-9,20-29"))).StatusCode);
        Assert.Equal("bytes", (await served.Get(path)).Headers.AcceptRanges.Single());
    }

    [Fact]
    public async Task What_the_client_has_is_not_sent_again()
    {
        var tag = $"\"{served.Subject}\"";
        foreach (var known in (string[])[tag, $"\"other\", W/{tag}", "*"])
        {
            var response = await served.Get(Api + "/manifests/latest", ("If-None-Match", known));
            Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
            Assert.Equal(tag, response.Headers.ETag!.ToString());
        }

        Assert.Equal(HttpStatusCode.NotModified, (await served.Get($"{Worker}/blobs/{Layer()}", ("If-None-Match", $"\"{Layer()}\""))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await served.Get(Api + "/manifests/latest", ("If-None-Match", $"\"{Unknown}\""))).StatusCode);
    }

    [Theory]
    [InlineData("kube-scheduler", "registry.k8s.io", true)]
    [InlineData("kube-scheduler", "quay.io", false)]
    [InlineData("product/worker", "harbor.site", true)]
    [InlineData("library/zero", "docker.io", true)]
    [InlineData("library/zero", "registry-1.docker.io", true)]
    [InlineData("library/zero", "quay.io", false)]
    [InlineData("library/product/worker", "docker.io", false)]
    [InlineData("library/kube-scheduler", "docker.io", false)]
    public async Task A_mirror_answers_for_the_hosts_of_its_images(string name, string host, bool there)
    {
        var response = await served.Get($"/v2/{name}/tags/list?ns={host}");
        Assert.Equal(there ? HttpStatusCode.OK : HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task A_blob_that_its_base_has_is_not_there()
    {
        using var reader = PackageReader.Open(PackageInput.File(Vectors.PathOf("good-incremental")));
        await using var server = await PackageServer.Start(new ServeOptions { Package = reader, Listen = new IPEndPoint(IPAddress.Loopback, 0) }, TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        var statuses = new Dictionary<BlobData, HttpStatusCode>();
        foreach (var image in reader.Index.Images)
        {
            foreach (var blob in ImageClosure.Of(reader.Index, image).Select(position => reader.Index.Blobs[position]))
            {
                var path = $"/v2/{image.Name.Repository}/{(blob.IsManifest ? "manifests" : "blobs")}/{blob.Digest}";
                var status = (await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode;
                Assert.Equal(blob.Data == BlobData.Package ? HttpStatusCode.OK : HttpStatusCode.NotFound, status);
                statuses[blob.Data] = status;
            }
        }

        Assert.Contains(BlobData.Package, statuses.Keys);
        Assert.Contains(BlobData.Base, statuses.Keys);
        Assert.Contains("incremental", await client.GetStringAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await server.Stop();
    }

    [Fact]
    public async Task Files_are_downloads_only()
    {
        var page = await served.Get("/files/extra/script.html");
        Assert.Equal("application/octet-stream", page.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment", page.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("one\n", await served.Client.GetStringAsync(new Uri("files/" + Uri.EscapeDataString("extra") + "/" + Uri.EscapeDataString("<b>&\"quoted\" 100%.txt"), UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.PartialContent, (await served.Get("/files/extra/large.bin", ("Range", "bytes=5-9"))).StatusCode);
        foreach (var path in (string[])["/files/", "/files/extra", "/files/../p.tar.zst", "/files/%2e%2e/p.tar.zst", "/files//etc/passwd", "/etc/passwd"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await served.Get(path)).StatusCode);
        }
    }

    // The largest layer that the worker has and the api has not.
    private Digest Layer() => Directory.EnumerateFiles(served.Tree + "/product/worker:2.0").Where(path => Path.GetFileName(path).Length == 64)
        .Where(path => !File.Exists(Path.Combine(served.Tree, "localhost:5000/product/team/api:2.0", Path.GetFileName(path))))
        .OrderByDescending(path => new FileInfo(path).Length).Select(path => Digest.Of(File.ReadAllBytes(path))).First();
}
