using System.Net;
using System.Text.Json;
using Bundle.Format;
using Bundle.Model;
using Bundle.Reading;
using Bundle.Serve;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Serve;

/// <summary>The samples, with files of awkward names and a fallback tag, served in this process.</summary>
public sealed class ServedSamples : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private PackageReader? _reader;
    private PackageServer? _server;

    /// <summary>Speaks to the server; never follows, never decompresses.</summary>
    internal HttpClient Client { get; private set; } = new();

    /// <summary>The tree that the package was made of.</summary>
    internal string Tree => _temp["images"];

    /// <summary>The package.</summary>
    internal PackageReader Package => _reader!;

    /// <summary>The server's host and port.</summary>
    internal string Host => Client.BaseAddress!.Authority;

    /// <summary>The manifest that others refer to.</summary>
    internal Digest Subject => DigestOf("localhost:5000/product/team/api:2.0");

    public async ValueTask InitializeAsync()
    {
        await Run.Tool("cp", "-r", Data.Of("samples").Dir, Tree);
        await Run.Tool("cp", "-r", Tree + "/product/zero:1", Tree + "/zero:1");
        await WriteFallback();
        _temp.Write("extra/<b>&\"quoted\" 100%.txt", "one\n");
        _temp.Write("extra/script.html", "<script>alert(1)</script>");
        _temp.Write("extra/large.bin", new byte[3_000_000]);
        await Run.Good("create", Tree, "--include", _temp["extra"], "--output", _temp["p.tar.zst"]);
        _reader = PackageReader.Open(PackageInput.File(_temp["p.tar.zst"]));
        _server = await PackageServer.Start(new ServeOptions { Package = _reader, Listen = new IPEndPoint(IPAddress.Loopback, 0) }, TestContext.Current.CancellationToken);
        Client = new HttpClient { BaseAddress = new Uri(_server.Url) };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_server is not null)
        {
            await _server.Stop();
            await _server.DisposeAsync();
        }

        _reader?.Dispose();
        _temp.Dispose();
    }

    /// <summary>The digest of an image's manifest.</summary>
    internal Digest DigestOf(string folder) => Digest.Of(File.ReadAllBytes(Path.Combine(Tree, folder, "manifest.json")));

    /// <summary>Sends a request with some headers.</summary>
    internal async Task<HttpResponseMessage> Send(string method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    internal Task<HttpResponseMessage> Get(string path, params (string Name, string Value)[] headers) => Send("GET", path, headers);

    /// <summary>Gets a JSON document.</summary>
    internal async Task<JsonElement> Json(string path)
    {
        var response = await Get(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    // Older clients list what refers to a manifest under a tag; the one listed here names no subject itself.
    private async Task WriteFallback()
    {
        var subject = DigestOf("localhost:5000/product/team/api:2.0");
        var signature = $"localhost:5000/product/team/api:sha256-{subject.Hex}.sig";
        var listed = await File.ReadAllBytesAsync(Path.Combine(Tree, signature, "manifest.json"));
        var folder = Path.Combine(Tree, $"localhost:5000/product/team/api:sha256-{subject.Hex}");
        await Run.Tool("cp", "-r", Path.Combine(Tree, signature), folder);
        File.Move(folder + "/manifest.json", $"{folder}/{Digest.Of(listed).Hex}.manifest.json");
        await File.WriteAllTextAsync(folder + "/manifest.json",
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{Digest.Of(listed)}}","size":{{listed.Length}}}]}""");
    }
}
