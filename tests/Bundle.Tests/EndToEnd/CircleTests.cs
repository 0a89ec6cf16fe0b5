using System.Diagnostics;
using Bundle.Model;
using Bundle.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary>From one registry into a package, and from there into another registry: skopeo finds the same in both.</summary>
public sealed class CircleTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public static TheoryData<string> Sets => Data.Names;

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Every_tag_child_and_referrer_arrives_however_often_it_is_killed(string set)
    {
        var data = Data.Of(set);
        await using var first = await RegistryServer.Start(_temp["first"]);
        await using var second = await RegistryServer.Start(_temp["second"]);
        await Peers.Push(data.Dir, data.Folders, first.Host);
        await ListReferrers(first.Host);
        await using var source = await Killer.Before(first, request => request.Method == "GET" && request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal));
        await using var target = await Killer.Before(second, request => request.Method == "PUT" && request.Query.ContainsKey("digest"), request => request.Method == "PUT" && request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal));

        // What belongs to an image is not on the list: it is found.
        await File.WriteAllLinesAsync(_temp["list.txt"], Names(data).Where(name => !name.Contains(":sha256-", StringComparison.Ordinal)).Select(name => source.Host + "/" + name), TestContext.Current.CancellationToken);
        string[] create = ["create", "--images-from", _temp["list.txt"], "--tls-verify=false", "--output", _temp["p.tar.zst"]];
        string[] push = ["push", _temp["p.tar.zst"], "docker://" + target.Host, "--tls-verify=false", "--parallel", "2"];
        foreach (var requests in (int[])[2, 7, 12])
        {
            await source.Kill(create, 0, requests);
            Assert.False(File.Exists(_temp["p.tar.zst"]));
        }

        await Run.Good(create);
        await Run.Good("verify", _temp["p.tar.zst"]);
        foreach (var (kind, requests) in ((int, int)[])[(0, 3), (0, 8), (1, 4)])
        {
            await target.Kill(push, kind, requests);
        }

        await Run.Good(push);
        await Peers.AreEqual(first.Host, second.Host, _temp["first"]);
        await Peers.AreEqual(second.Host, first.Host, _temp["second"]);
        await Peers.NothingIsGarbage(second);
    }

    private static IEnumerable<string> Names(Data data) => data.Folders.Select(folder => ImageReference.TryParse(folder)!)
        .Select(one => one.Name.Repository + (one.Tag is { } tag ? ":" + tag : "@" + one.Digest)).Distinct();

    // As clients leave it in a registry without the referrers API.
    private static async Task ListReferrers(string host)
    {
        using var client = new Bundle.Registry.RegistryClient(host, Registry.Clients.Options);
        var repository = client.Repository("product/team/api");
        var sbom = (await repository.GetManifest("sbom", TestContext.Current.CancellationToken))!;
        await repository.ListReferrers(sbom.Manifest.Subject!.Digest, [sbom.Bytes], TestContext.Current.CancellationToken);
    }

    /// <summary>Stands before a registry, and kills whoever asks it once too often.</summary>
    private sealed class Killer : IAsyncDisposable
    {
        private readonly int[] _left;
        private OddServer? _server;
        private Process? _running;

        private Killer(int kinds) => _left = [.. Enumerable.Repeat(int.MaxValue, kinds)];

        public string Host => _server!.Host;

        public static async Task<Killer> Before(RegistryServer registry, params Func<HttpRequest, bool>[] kinds)
        {
            var killer = new Killer(kinds.Length);
            killer._server = await RegistryProxy.Start(registry, async context =>
            {
                for (var kind = 0; kind < kinds.Length; kind++)
                {
                    if (kinds[kind](context.Request) && Interlocked.Decrement(ref killer._left[kind]) < 0)
                    {
                        // In the midst of a body, where it has one.
                        _ = await context.Request.Body.ReadAtLeastAsync(new byte[10_000], 10_000, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
                        killer._running!.Kill();
                        context.Abort();
                        return true;
                    }
                }

                return false;
            });
            return killer;
        }

        /// <summary>Runs the program until it has sent so many requests of a kind.</summary>
        public async Task Kill(string[] arguments, int kind, int requests)
        {
            _left[kind] = requests;
            _running = Process.Start(new ProcessStartInfo(Run.Bundle, [.. arguments, "--quiet"]) { UseShellExecute = false })!;
            await _running.WaitForExitAsync(TestContext.Current.CancellationToken);
            _left[kind] = int.MaxValue;
            Assert.Equal(128 + 9, _running.ExitCode);
        }

        public ValueTask DisposeAsync() => _server!.DisposeAsync();
    }
}
