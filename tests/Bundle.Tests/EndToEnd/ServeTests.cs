using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Bundle.Format;
using Bundle.Index;
using Bundle.List;
using Bundle.Model;
using Bundle.Reading;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary><c>bundle serve</c> as real clients see it.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public static TheoryData<string> Sets => Data.Names;

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Skopeo_copies_every_image_as_an_extraction_writes_it(string set)
    {
        var data = Data.Of(set);
        await Run.Good("create", data.Dir, "--output", _temp["p.tar.zst"]);
        await using var server = await BundleServer.Start(_temp["p.tar.zst"]);
        var copied = 0;
        foreach (var folder in data.Folders)
        {
            var name = ImageReference.TryParse(folder)!.Name;
            var reference = name.Repository + folder[name.Full.Length..];
            var copy = _temp[$"copy-{copied++}"];
            await Run.Tool("skopeo", "copy", "--quiet", "--all", "--preserve-digests", "--src-tls-verify=false", $"docker://{server.Host}/{reference}", "dir:" + copy);
            await Run.Tool("diff", "-r", "--exclude=*signature-*", Path.Combine(data.Dir, folder), copy);
        }

        Assert.NotEqual(0, copied);
        Assert.Equal(0, await server.Stop());
    }

    [Fact]
    public async Task Containerd_pulls_images_and_lists()
    {
        var package = await Samples();
        await using var server = await BundleServer.Start(package);
        await using var containerd = await Containerd.Start(_temp["containerd"]);
        foreach (var image in Images(package).Where(image => image.Platforms.Contains("linux/amd64")))
        {
            foreach (var reference in image.Tags.Select(tag => $"{server.Host}/{image.Name.Repository}:{tag}"))
            {
                // The native snapshotter needs no mount; docker's schema 2 is kept as it is.
                await Run.Tool("ctr", "--address", containerd.Address, "images", "pull", "--plain-http", "--snapshotter", "native", "--platform", "linux/amd64", reference);
                var list = await Run.Tool("ctr", "--address", containerd.Address, "images", "list", "name==" + reference);
                Assert.Contains(image.Digest.ToString(), list.StandardOutput, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Podman_pulls_an_image()
    {
        var package = await Samples();
        await using var server = await BundleServer.Start(package);
        var storage = $"--root {_temp["podman"]} --runroot {_temp["podman-run"]} --storage-driver vfs";
        var able = await Run.AnyShell($"podman {storage} info");
        Assert.SkipUnless(able.ExitCode == 0, "podman does not run here: " + able.StandardError.Split('\n')[0]);
        await Run.Shell($"podman {storage} pull --quiet --tls-verify=false {server.Host}/product/worker:2.0");
        var digest = await Run.Shell($"podman {storage} image inspect --format '{{{{.Digest}}}}' {server.Host}/product/worker:2.0");
        Assert.Equal(Images(package).Single(image => image.Name.Repository == "product/worker").Digest.ToString(), digest.StandardOutput.Trim());
    }

    [Fact]
    public async Task Tls_with_a_certificate_of_an_authority()
    {
        var package = await Samples();
        await Run.Shell("""
            set -e
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.crt -subj '/CN=A test authority' -days 2
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout site.key -out site.csr -subj '/CN=registry.test'
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > site.ext
            openssl x509 -req -in site.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile site.ext -out site.crt
            mkdir certs && cp ca.crt certs/
            """, _temp.Path);
        await using var server = await BundleServer.Start(package, "--tls-cert", _temp["site.crt"], "--tls-key", _temp["site.key"]);
        Assert.Equal("https", server.Url.Scheme);
        await Run.Tool("skopeo", "copy", "--quiet", "--src-cert-dir", _temp["certs"], $"docker://{server.Host}/product/worker:2.0", "dir:" + _temp["copy"]);
        await Run.Tool("cmp", _temp["copy/manifest.json"], Data.Of("samples").Dir + "/product/worker:2.0/manifest.json");
        var stranger = await Run.AnyShell($"skopeo inspect --raw docker://{server.Host}/product/worker:2.0");
        Assert.NotEqual(0, stranger.ExitCode);
    }

    [Theory]
    [InlineData("-B")]
    [InlineData("-5")]
    public async Task Basic_authentication_with_an_htpasswd_file(string kind)
    {
        var package = await Samples();
        var able = await Run.AnyShell($"htpasswd {kind} -b -c passwords site 'Grüße: 1'", _temp.Path);
        Assert.SkipUnless(able.ExitCode == 0, "this htpasswd does not know " + kind);
        await using var server = await BundleServer.Start(package, "--basic-auth", _temp["passwords"]);
        using var client = new HttpClient { BaseAddress = server.Url };
        foreach (var path in (string[])["/v2/", "/v2/_catalog", "/", "/files/x", "/gone"])
        {
            var refused = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Equal("Basic", refused.Headers.WwwAuthenticate.Single().Scheme);
        }

        foreach (var (user, password, status) in ((string, string, HttpStatusCode)[])
            [("site", "wrong", HttpStatusCode.Unauthorized), ("other", "Grüße: 1", HttpStatusCode.Unauthorized), ("site", "", HttpStatusCode.Unauthorized),
            ("site", "Grüße: 1", HttpStatusCode.OK), ("site", "Grüße: 1", HttpStatusCode.OK), ("site", "wrong", HttpStatusCode.Unauthorized)])
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + password)));
            Assert.Equal(status, (await client.GetAsync(new Uri("/v2/", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        }

        await Run.Tool("skopeo", "copy", "--quiet", "--src-tls-verify=false", "--src-creds", "site:Grüße: 1", $"docker://{server.Host}/product/worker:2.0", "dir:" + _temp["copy"]);
    }

    [Theory]
    [InlineData("site:plain\n", "line 1")]
    [InlineData("# none\n", "no name")]
    [InlineData("a:$2y$05$abcdefghijklmnopqrstuuBp9Y5p6cmrNTZm6dVr0jTOcTSR.kzO2\na:$2y$05$abcdefghijklmnopqrstuuBp9Y5p6cmrNTZm6dVr0jTOcTSR.kzO2\n", "line 2")]
    [InlineData("a:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=\n", "line 1")]
    [InlineData("a:$apr1$abcdefgh$PGBHYVTKVDNOKAGbZ9DgI.\n", "line 1")]
    public async Task A_password_file_that_is_wrong_is_refused(string content, string what)
    {
        var package = await Samples();
        _temp.Write("passwords", content);
        var result = await Run.Cli("serve", package, "--listen", "127.0.0.1:0", "--basic-auth", _temp["passwords"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(what, result.StandardError, StringComparison.Ordinal);
        Assert.Contains("htpasswd -B", result.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:0 --basic-auth x", 2, "plain HTTP")]
    [InlineData("127.0.0.1:0 --tls-cert x", 2, "together")]
    [InlineData("127.0.0.1:0 --tls-cert x --tls-key y", 1, "PEM")]
    [InlineData("5000", 2, "ADDRESS:PORT")]
    [InlineData("1:5000", 2, "ADDRESS:PORT")]
    [InlineData("127.0.0.1:70000", 2, "ADDRESS:PORT")]
    [InlineData("TAKEN", 1, "--listen")]
    public async Task What_cannot_be_done_is_told(string arguments, int code, string what)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var package = await Samples();
        var result = await Run.AnyShell($"$BUNDLE serve {package} --listen {arguments.Replace("TAKEN", taken.LocalEndpoint.ToString(), StringComparison.Ordinal)}", _temp.Path);
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(what, result.StandardError, StringComparison.Ordinal);
        Assert.Empty(result.StandardOutput);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_it_well(string signal)
    {
        var server = await BundleServer.Start(await Samples(), "--verify");
        Assert.Equal(0, await server.Stop(signal));
        Assert.DoesNotContain("error", server.Errors, StringComparison.Ordinal);
        Assert.Contains("verified", server.Errors, StringComparison.Ordinal);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_damaged_package_is_not_served_after_a_check_and_never_sent_as_if_it_were_right()
    {
        var package = await Samples();
        var layer = Directory.EnumerateFiles(Data.Of("samples").Dir + "/product/worker:2.0").OrderByDescending(path => new FileInfo(path).Length).First();
        await FlipInLastFrameOf(package, Digest.Of(await File.ReadAllBytesAsync(layer, TestContext.Current.CancellationToken)));
        var refused = await Run.Cli("serve", package, "--listen", "127.0.0.1:0", "--verify");
        Assert.Equal(3, refused.ExitCode);
        await using var server = await BundleServer.Start(package);
        var failed = await Run.AnyShell($"curl -sS -o got http://{server.Host}/v2/product/worker/blobs/sha256:{Path.GetFileName(layer)}", _temp.Path);
        Assert.NotEqual(0, failed.ExitCode);
        Assert.True(new FileInfo(_temp["got"]).Length < new FileInfo(layer).Length);
        Assert.Equal(0, await server.Stop());
        Assert.Contains("damaged", server.Errors, StringComparison.Ordinal);
        Assert.Contains("product/worker:2.0", server.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_manifest_spoils_what_refers_to_images_of_its_repository_alone()
    {
        await Run.Tool("cp", "-r", Data.Of("samples").Dir, _temp["images"]);
        await Run.Tool("cp", "-r", _temp["images/product/zero:1"], _temp["images/large:1"]);

        // So long that it has frames of its own.
        var path = _temp["images/large:1/manifest.json"];
        var manifest = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(path, manifest[..manifest.LastIndexOf('}')] + ",\"annotations\":{\"long\":\"" + new string('x', 2_500_000) + "\"}}", TestContext.Current.CancellationToken);
        await Run.Good("create", _temp["images"], "--output", _temp["p.tar.zst"]);
        await FlipInLastFrameOf(_temp["p.tar.zst"], Digest.Of(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)));
        await using var server = await BundleServer.Start(_temp["p.tar.zst"]);
        var api = await File.ReadAllBytesAsync(_temp["images/localhost:5000/product/team/api:2.0/manifest.json"], TestContext.Current.CancellationToken);
        using var client = new HttpClient();
        foreach (var _ in new[] { 1, 2 })
        {
            var spoilt = await client.GetAsync(new Uri(server.Url, $"/v2/large/referrers/{Digest.Of(api)}"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.InternalServerError, spoilt.StatusCode);
            using var list = JsonDocument.Parse(await client.GetStringAsync(new Uri(server.Url, $"/v2/product/team/api/referrers/{Digest.Of(api)}"), TestContext.Current.CancellationToken));
            Assert.Equal(1, list.RootElement.GetProperty("manifests").GetArrayLength());
        }
    }

    [Fact]
    public async Task The_page_shows_the_package_in_a_browser()
    {
        _temp.Write("extra/<img src=x onerror=alert(1)>.txt", "one\n");
        await Run.Good("create", Data.Of("samples").Dir, "--include", _temp["extra"], "--output", _temp["p.tar.zst"]);
        await using var server = await BundleServer.Start(_temp["p.tar.zst"]);
        var dump = await Run.Tool("timeout", "60", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--user-data-dir=" + _temp["chrome"], "--enable-logging=stderr", "--dump-dom", server.Url.ToString());

        // The script has run, and nothing was against the policy.
        Assert.Contains("<html lang=\"en\" class=\"js\">", dump.StandardOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("Content Security Policy", dump.StandardError, StringComparison.Ordinal);
        Assert.Contains($"docker pull {server.Host}/product/worker:2.0", dump.StandardOutput, StringComparison.Ordinal);
        foreach (var image in Images(_temp["p.tar.zst"]))
        {
            Assert.Contains(image.Name.Repository + "</h3>", dump.StandardOutput, StringComparison.Ordinal);
            Assert.Contains(image.Digest.ToString(), dump.StandardOutput, StringComparison.Ordinal);
        }

        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;.txt", dump.StandardOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", dump.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_is_a_document_where_that_is_wanted()
    {
        await using var server = await BundleServer.Start(await Samples(), "--json");
        using var document = JsonDocument.Parse(server.Line);
        Assert.Equal("bundle.serve/1", document.RootElement.GetProperty("schema").GetString());
        Assert.StartsWith("http://127.0.0.1:", document.RootElement.GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, document.RootElement.GetProperty("warnings").GetArrayLength());
    }

    private async Task<string> Samples()
    {
        await Run.Good("create", Data.Of("samples").Dir, "--output", _temp["p.tar.zst"]);
        return _temp["p.tar.zst"];
    }

    // The layer that takes more than one frame: some of it is right.
    private static async Task FlipInLastFrameOf(string package, Digest digest)
    {
        long at = -1;
        using (var reader = PackageReader.Open(PackageInput.File(package)))
        using (var file = PackageFile.Open(PackageInput.File(package)))
        {
            var tables = file.ReadTables()!;
            for (var number = 0; number < tables.Frames; number++)
            {
                var frame = reader.Layout.Frames[number];
                at = frame.DataOffset > 0 && reader.Layout.DigestOf(frame.FirstEntry) == digest ? tables.OffsetOf(number) + (tables[number].Compressed / 2) : at;
            }
        }

        var bytes = await File.ReadAllBytesAsync(package, TestContext.Current.CancellationToken);
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(package, bytes, TestContext.Current.CancellationToken);
    }

    private static IReadOnlyList<IndexImage> Images(string package) => Lister.Run(PackageInput.File(package)).Index.Images;
}
