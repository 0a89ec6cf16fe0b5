using System.Globalization;
using System.Text;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Net;
using Bundle.Registry;
using Bundle.Sources;
using Bundle.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;
using static Bundle.Tests.Registry.Clients;

namespace Bundle.Tests.Registry;

/// <summary>The limits of what registries, token servers and servers of files may answer: what is at one is read, one past it is refused.</summary>
public sealed class NetworkLimitTests
{
    private const string ATag = """{"tags":["a"]}""";

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    public async Task A_page_of_a_list_has_at_most_so_many_bytes(int more, bool announced)
    {
        await using var server = await OddServer.Start(context => Answer(context, ATag.PadRight(Limits.RegistryPage + more), announced));
        using var client = Of(server);
        await Expect(more, FaultId.RegistryError, async () => Assert.Equal(["a"], await client.Repository("r").Tags(Cancellation)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_manifest_has_at_most_so_many_bytes(int more)
    {
        var manifest = Encoding.UTF8.GetString(Manifest(Blob(1).Digest, 1, Blob(1).Digest, 1).Bytes).PadRight(Limits.Manifest + more);
        await using var server = await OddServer.Start(context => Answer(context, manifest, announced: false));
        using var client = Of(server);
        await Expect(more, FaultId.RegistryError, async () => Assert.Equal(Limits.Manifest, (await client.Repository("r").GetManifest("1.0", Cancellation))!.Bytes.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_list_has_at_most_so_many_pages(int more)
    {
        var pages = 0;
        await using var server = await OddServer.Start(context =>
        {
            if (++pages < Limits.RegistryPages + more)
            {
                context.Response.Headers.Link = $"</v2/r/tags/list?last={pages}>; rel=\"next\"";
            }

            return Answer(context, $$"""{"tags":["t{{pages}}"]}""");
        });
        using var client = Of(server);
        await Expect(more, FaultId.RegistryError, async () => Assert.Equal(Limits.RegistryPages, (await client.Repository("r").Tags(Cancellation)).Count));
        Assert.Equal(Limits.RegistryPages, pages);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_repository_has_at_most_so_many_tags_also_where_the_list_ends_with_them(int more)
    {
        const int APage = 262_144;
        await using var server = await OddServer.Start(context =>
        {
            var first = int.Parse(context.Request.Query["last"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
            var last = first + APage >= Limits.Count;
            if (!last)
            {
                context.Response.Headers.Link = $"</v2/r/tags/list?last={first + APage}>; rel=\"next\"";
            }

            return Answer(context, "{\"tags\":[" + string.Join(',', Enumerable.Range(first, APage + (last ? more : 0)).Select(i => $"\"{i:d7}\"")) + "]}");
        });
        using var client = Of(server);
        await Expect(more, FaultId.RegistryError, async () => Assert.Equal(Limits.Count, (await client.Repository("r").Tags(Cancellation)).Count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Of_an_error_message_that_is_too_long_the_status_alone_is_told(int more)
    {
        await using var server = await OddServer.Start(context =>
        {
            context.Response.StatusCode = 400;
            return Answer(context, """{"errors":[{"code":"X","message":"words"}]}""".PadRight(Limits.RegistryError + more));
        });
        using var client = Of(server);
        var fault = await Refused(FaultId.RegistryError, () => client.Repository("r").Tags(Cancellation));
        Assert.Contains("400", fault.Message, StringComparison.Ordinal);
        Assert.Equal(more == 0, fault.Message.Contains("X: words", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_token_servers_answer_has_at_most_so_many_bytes(int more)
    {
        await using var server = await WithTokens(_ => """{"token":"T"}""".PadRight(Limits.RegistryToken + more), denials: 0);
        using var client = Of(server);
        await Expect(more, FaultId.RegistryError, () => client.Repository("r").Tags(Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_denied_request_is_sent_again_at_most_so_often(int more)
    {
        await using var server = await WithTokens(number => $$"""{"token":"T{{number}}"}""", Limits.RegistryDenials + more);
        using var client = Of(server);
        await Expect(more, FaultId.RegistryDenied, () => client.Repository("r").Tags(Cancellation));
        Assert.Equal(Limits.RegistryDenials + 1, server.Requests.Count(one => one.Contains("tags", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_request_to_a_registry_is_redirected_at_most_so_often(int more)
    {
        var left = Limits.RegistryRedirects + more;
        await using var server = await OddServer.Start(context =>
        {
            if (left-- > 0)
            {
                context.Response.Redirect(context.Request.Path + "x");
                return Task.CompletedTask;
            }

            return Answer(context, ATag);
        });
        using var client = Of(server);
        await Expect(more, FaultId.RegistryError, async () => Assert.Equal(["a"], await client.Repository("r").Tags(Cancellation)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_request_for_a_file_is_redirected_at_most_so_often(int more)
    {
        using var server = new OddFileServer();
        server.Files["/0"] = [1, 2, 3];
        for (var i = 1; i <= Limits.Redirects + more; i++)
        {
            server.Redirects[$"/{i}"] = $"/{i - 1}";
        }

        using var client = new RangeClient(new Uri($"{server.Url}/{Limits.Redirects + more}"), new HttpOptions());
        await Expect(more, FaultId.Http, async () => Assert.Equal([1, 2, 3], (await client.Open(10)).Head));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Manifests_and_configs_of_a_repository_have_at_most_so_many_bytes_together(int more)
    {
        var config = Blob(1000);
        var manifest = Manifest(config.Digest, config.Bytes.Length, Blob(5).Digest, 5);
        await using var server = await OddServer.Start(async context =>
        {
            var path = context.Request.Path.Value!;
            var bytes = path.Contains("manifests", StringComparison.Ordinal) ? manifest.Bytes : path.EndsWith(config.Digest.ToString(), StringComparison.Ordinal) ? config.Bytes : new byte[5];
            context.Response.ContentLength = bytes.Length;
            if (context.Request.Method != "HEAD")
            {
                await context.Response.Body.WriteAsync(bytes, Cancellation);
            }
        });
        using var client = Of(server);
        using var sources = new SourceSet();
        var store = new RegistryStore(sources, client.Repository("r"), Cancellation, manifest.Bytes.Length + config.Bytes.Length - more);
        await Expect(more, FaultId.TooMuch, async () =>
            Assert.Equal(manifest.Digest, await store.Load(new ImageReference(ImageName.TryParse("r")!, "1.0", null))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_images_of_a_repository_have_at_most_so_many_manifests_together(int more)
    {
        var child = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[]}""");
        var list = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{MediaTypes.OciIndex}}","digest":"{{Digest.Of(child)}}","size":{{child.Length}}}]}""";
        await using var server = await OddServer.Start(context => Answer(context, context.Request.Path.Value!.EndsWith("1.0", StringComparison.Ordinal) ? list : Encoding.UTF8.GetString(child)));
        using var client = Of(server);
        using var sources = new SourceSet();
        var store = new RegistryStore(sources, client.Repository("r"), Cancellation, most: 2 - more);
        await Expect(more, FaultId.TooMuch, async () =>
            Assert.Equal(Digest.Of(Encoding.UTF8.GetBytes(list)), await store.Load(new ImageReference(ImageName.TryParse("r")!, "1.0", null))));
    }

    private static async Task Expect(int more, FaultId id, Func<Task> act)
    {
        if (more == 0)
        {
            await act();
        }
        else
        {
            await Refused(id, act);
        }
    }

    private static async Task Answer(HttpContext context, string text, bool announced = true)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength = announced ? bytes.Length : null;
        await context.Response.Body.WriteAsync(bytes, Cancellation);
    }

    // A registry that takes a token only after it has denied so many.
    private static Task<OddServer> WithTokens(Func<int, string> token, int denials)
    {
        var (tokens, requests) = (0, 0);
        return OddServer.Start(
            context => context.Request.Path == "/token" ? Answer(context, token(++tokens))
                : requests++ < denials ? Challenge(context) : Answer(context, ATag),
            Challenge);
    }

    private static Task Challenge(HttpContext context)
    {
        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"reg\"";
        return Task.CompletedTask;
    }
}
