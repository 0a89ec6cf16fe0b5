using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;
using Bundle.Reading;
using Bundle.Registry;
using Bundle.Serve;
using Bundle.Serve.Access;
using Bundle.Serve.Registry;
using Bundle.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Bundle.Tests.Serve;

/// <summary>The limits of <c>bundle serve</c>: what is at one is served, one past it is not.</summary>
public sealed class ServeLimitTests : IDisposable
{
    private readonly TempFolder _temp = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task At_most_so_many_connections_are_open_at_once()
    {
        using var package = PackageReader.Open(PackageInput.File(Vectors.PathOf("good-multi-arch")));
        await using var server = await PackageServer.Start(new ServeOptions { Package = package, Listen = new IPEndPoint(IPAddress.Loopback, 0) }, Cancellation);
        var clients = new List<TcpClient>();
        try
        {
            for (var i = 0; i <= ServeLimits.Connections; i++)
            {
                clients.Add(new TcpClient());
                await clients[i].ConnectAsync(IPAddress.Loopback, new Uri(server.Url).Port, Cancellation);
            }

            // They are taken in their order.
            Assert.NotEqual(0, await Ask(clients[^2]));
            Assert.Equal(0, await Ask(clients[^1]));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
            await server.Stop();
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task An_authorization_header_has_at_most_so_many_characters(int more, bool good)
    {
        using var authentication = new BasicAuthentication(await Passwords());
        Assert.Equal(good, await authentication.Admit(Request("secret", ServeLimits.Authorization + more)));
    }

    [Fact]
    public async Task At_most_so_many_attempts_are_made_at_once()
    {
        using var authentication = new BasicAuthentication(await Passwords());
        for (var tries = 0; ; tries++)
        {
            // A wrong password is hashed at once, and told after half a second.
            var watch = Stopwatch.StartNew();
            var attempts = Enumerable.Range(0, ServeLimits.Attempts + 1).Select(_ => (Context: Request("wrong"), Admitted: default(Task<bool>))).ToList();
            var all = attempts.Select(one => authentication.Admit(one.Context)).ToList();
            var held = watch.Elapsed < TimeSpan.FromMilliseconds(400);
            Assert.DoesNotContain(true, await Task.WhenAll(all));
            if (held)
            {
                Assert.All(attempts[..^1], one => Assert.Equal(401, one.Context.Response.StatusCode));
                Assert.Equal(429, attempts[^1].Context.Response.StatusCode);
                return;
            }

            Assert.True(tries < 20, "the machine is too busy to make the attempts at once");
        }
    }

    [Fact]
    public async Task A_file_of_passwords_has_at_most_so_many_bytes()
    {
        await Passwords();
        var text = await File.ReadAllTextAsync(_temp["passwords"], Cancellation);
        var path = _temp.Write("long", (text + "#").PadRight(ServeLimits.PasswordFile, 'x'));
        Assert.True(PasswordFile.Load(path).Verify("site", "secret"));
        await File.AppendAllTextAsync(path, "x", Cancellation);
        Assert.Contains("too large", Assert.Throws<BundleException>(() => PasswordFile.Load(path)).Fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ServeLimits.CataloguePage)]
    [InlineData(ServeLimits.TagPage)]
    public void A_page_has_at_most_so_many_names(int most)
    {
        foreach (var more in (int[])[0, 1])
        {
            var context = new DefaultHttpContext();
            context.Request.QueryString = new QueryString("?n=" + (most + 1).ToString(CultureInfo.InvariantCulture));
            var page = NamePage.Of(context.Request, [.. Enumerable.Range(0, most + more).Select(i => $"{i:d6}")], 1, most)!;
            Assert.Equal((most, more == 1), (page.Names.Count, page.More));
        }
    }

    [Theory]
    [InlineData(1_000_000, 1)]
    [InlineData(ServeLimits.ReferrersPage - 2000, 1)]
    [InlineData(ServeLimits.ReferrersPage - 400, 2)]
    [InlineData(ServeLimits.ReferrersPage, 2)]
    public async Task A_page_of_referrers_has_at_most_so_many_bytes(int annotations, int pages)
    {
        var empty = $$"""{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{Digest.Of("{}"u8)}}","size":2}""";
        string Manifest(string more) => $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{empty}},"layers":[]{{more}}}""";
        var subject = Encoding.UTF8.GetBytes(Manifest(""));
        void Image(string name, string manifest)
        {
            _temp.Write($"images/{name}/version", "Directory Transport Version: 1.1\n");
            _temp.Write($"images/{name}/{Digest.Of("{}"u8).Hex}", "{}");
            _temp.Write($"images/{name}/manifest.json", manifest);
        }

        Image("app:1", Manifest(""));
        for (var i = 1; i <= 2; i++)
        {
            var text = $"{{\"{i}\":\"".PadRight((annotations / 2) - 2, 'x') + "\"}";
            Image($"app:of{i}", Manifest($$""","subject":{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{Digest.Of(subject)}}","size":{{subject.Length}}},"annotations":{{text}}"""));
        }

        Forms.Create(_temp["p.tar.zst"], _temp["images"]);
        using var package = PackageReader.Open(PackageInput.File(_temp["p.tar.zst"]));
        await using var server = await PackageServer.Start(new ServeOptions { Package = package, Listen = new IPEndPoint(IPAddress.Loopback, 0) }, Cancellation);
        using var http = new HttpClient();
        var first = await http.GetAsync(new Uri($"{server.Url}/v2/app/referrers/{Digest.Of(subject)}"), Cancellation);
        Assert.InRange((await first.Content.ReadAsByteArrayAsync(Cancellation)).Length, annotations / pages, ServeLimits.ReferrersPage);
        Assert.Equal(pages == 2, first.Headers.Contains("Link"));
        using var client = new RegistryClient(new Uri(server.Url).Authority, new RegistryOptions { TlsVerify = false });
        Assert.Equal(2, (await client.Repository("app").Referrers(Digest.Of(subject), Cancellation)).Count);
        await server.Stop();
    }

    private static async Task<int> Ask(TcpClient client)
    {
        try
        {
            await client.GetStream().WriteAsync("GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancellation);
            return await client.GetStream().ReadAsync(new byte[100], Cancellation);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static DefaultHttpContext Request(string password, int length = 0)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = ("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("site:" + password))).PadRight(length);
        return context;
    }

    private async Task<PasswordFile> Passwords()
    {
        await Run.Shell("htpasswd -B -C 4 -b -c passwords site secret", _temp.Path);
        return PasswordFile.Load(_temp["passwords"]);
    }
}
