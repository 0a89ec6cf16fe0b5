using System.Collections.Concurrent;
using System.Globalization;
using Bundle.Model;
using Bundle.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;
using static Bundle.Tests.EndToEnd.PushTests;

namespace Bundle.Tests.EndToEnd;

/// <summary><c>bundle push</c> to a real docker-registry, behind a proxy that gives it the manners of others.</summary>
public sealed class OddPushTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly Data _data = Data.Of("samples");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_registry_that_is_busy_now_and_then_is_waited_for()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        var (number, busy) = (0, 0);
        await using var proxy = await RegistryProxy.Start(server, context =>
        {
            if (Interlocked.Increment(ref number) % 25 != 0)
            {
                return Task.FromResult(false);
            }

            busy++;
            context.Response.StatusCode = number % 50 == 0 ? 429 : 503;
            context.Response.Headers.RetryAfter = "0";
            return Task.FromResult(true);
        });
        await Pushed(_data.Dir, proxy.Host);
        Assert.True(busy > 5, $"{number} requests");
        await Peers.ServesAll(_data.Dir, _data.Folders, server.Host);
        await Peers.NothingIsGarbage(server);
    }

    [Fact]
    public async Task Tokens_that_expire_on_the_way_are_fetched_anew()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        var uses = new ConcurrentDictionary<string, int>();
        var denied = 0;
        await using var proxy = await RegistryProxy.Start(
            server,
            async context =>
            {
                if (context.Request.Path == "/token")
                {
                    var token = "T" + uses.Count.ToString(CultureInfo.InvariantCulture);
                    uses[token] = 0;
                    await context.Response.WriteAsync($$"""{"token":"{{token}}","expires_in":300}""", TestContext.Current.CancellationToken);
                    return true;
                }

                // Good for four requests, whatever was said.
                if (context.Request.Headers.Authorization.ToString().Split(' ') is ["Bearer", var sent] && uses.ContainsKey(sent) && uses.AddOrUpdate(sent, 1, (_, times) => times + 1) <= 4)
                {
                    return false;
                }

                Interlocked.Increment(ref denied);
                Challenge(context);
                return true;
            },
            context =>
            {
                Challenge(context);
                return Task.CompletedTask;
            });
        await Pushed(_data.Dir, proxy.Host, "--parallel", "2");
        Assert.True(denied > 5, $"{denied} denied, {uses.Count} tokens");
        await Peers.ServesAll(_data.Dir, _data.Folders, server.Host);
        // What will be written to is looked at with the same token.
        Assert.DoesNotContain(proxy.Requests, one => one.Contains("/token", StringComparison.Ordinal) && !one.Contains("push", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Registries_without_chunked_uploads_and_without_mounts_get_whole_blobs()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        var (refusedMounts, chunks) = (0, 0);
        await using var proxy = await RegistryProxy.Start(server, context =>
        {
            var (mount, chunk) = (context.Request.Query.ContainsKey("mount"), context.Request.Method == "PATCH" || context.Request.Headers.TransferEncoding.Count > 0);
            refusedMounts += mount ? 1 : 0;
            chunks += chunk ? 1 : 0;
            context.Response.StatusCode = mount ? 401 : chunk ? 405 : 200;
            return Task.FromResult(mount || chunk);
        });
        var report = await Pushed(_data.Dir, proxy.Host, "--parallel", "1");
        Assert.True(refusedMounts > 0);
        Assert.Equal((0, 0), (report.Mounted, chunks));
        await Peers.ServesAll(_data.Dir, _data.Folders, server.Host);
    }

    [Fact]
    public async Task Tags_that_may_not_change_are_told_and_the_others_set()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        await Pushed(_data.Dir + "/registry.k8s.io", server.Host);
        // As Harbor's rule has it: what is there stays.
        await using var proxy = await RegistryProxy.Start(server, context =>
        {
            var path = context.Request.Path.Value!;
            var refused = context.Request.Method == "PUT" && path.Contains("/manifests/", StringComparison.Ordinal)
                && File.Exists(_temp["store/docker/registry/v2/repositories" + path[3..].Replace("/manifests/", "/_manifests/tags/", StringComparison.Ordinal) + "/current/link"]);
            context.Response.StatusCode = refused ? 412 : 200;
            return Task.FromResult(refused);
        });

        // The same images again: there is nothing to change.
        await Pushed(_data.Dir + "/registry.k8s.io", proxy.Host);

        // Another image under a tag that is taken, and one that is new.
        Directory.CreateDirectory(_temp["new"]);
        await Run.Shell($"cp -r '{_data.Dir}/product/worker:2.0' new/kube-scheduler:v1.20.5; cp -r '{_data.Dir}/tools' new/", _temp.Path);
        var error = await Refused(1, "push", _temp["new"], "docker://" + proxy.Host, "--tls-verify=false");
        Assert.Equal("tag-immutable", error.Id);
        Assert.Equal([$"{proxy.Host}/kube-scheduler:v1.20.5"], error.Images);
        Assert.Contains("412", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{proxy.Host}/kube-scheduler:v1.20.5 is {DigestOf("registry.k8s.io/kube-scheduler:v1.20.5")} there", error.Hint, StringComparison.Ordinal);
        Assert.Equal(DigestOf("product/worker:2.0"), error.Digest);
        await Peers.ServesAll(_data.Dir, ["tools/multi:1", "tools/legacy:0.9", "registry.k8s.io/kube-scheduler:v1.20.5"], server.Host);
    }

    [Fact]
    public async Task A_list_gets_its_tag_when_its_children_have_theirs()
    {
        await Run.Shell($"mkdir tree; cp -r {_data.Dir}/tools/multi:1 tree/; skopeo copy -q --preserve-digests --override-arch arm64 dir:tree/multi:1 dir:tree/multi:arm64; skopeo copy -q --preserve-digests --override-arch amd64 dir:tree/multi:1 dir:tree/multi:amd64", _temp.Path);
        await using var server = await RegistryServer.Start(_temp["store"]);
        var order = new ConcurrentQueue<string>();
        await using var proxy = await RegistryProxy.Start(server, async context =>
        {
            var tag = context.Request.Path.Value!.Split('/')[^1];
            if (context.Request.Method == "PUT" && (tag is "1" or "arm64" or "amd64"))
            {
                order.Enqueue(tag + " begins");
                await Task.Delay(tag == "1" ? 0 : 300, TestContext.Current.CancellationToken);
                order.Enqueue(tag + " goes on");
            }

            return false;
        });
        await Pushed(_temp["tree"], proxy.Host);
        Assert.Equal(["1 begins", "1 goes on"], order.Skip(4));
    }

    [Fact]
    public async Task A_denial_says_what_harbor_needs()
    {
        await using var server = await OddServer.Start(context =>
        {
            context.Response.StatusCode = context.Request.Method == "HEAD" ? 404 : 403;
            return Task.CompletedTask;
        });
        var error = await Refused(1, "push", _data.Dir + "/product", "docker://" + server.Host + "/site", "--tls-verify=false");
        Assert.Equal("registry-denied", error.Id);
        Assert.Contains("on Harbor the project 'site' has to be there before", error.Hint, StringComparison.Ordinal);
        Assert.Contains(Assert.Single(error.Images), (string[])["worker:2.0", "zero:1"]);
    }

    private string DigestOf(string folder) => Digest.Of(File.ReadAllBytes(Path.Combine(_data.Dir, folder, "manifest.json"))).ToString();

    private static void Challenge(HttpContext context)
    {
        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"reg\"";
    }
}
