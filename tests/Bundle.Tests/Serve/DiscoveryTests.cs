using System.Net;
using System.Text.Json;
using Bundle.Model;
using Xunit;

namespace Bundle.Tests.Serve;

/// <summary>The discovery part of the distribution-spec's conformance tests (03_discovery_test.go): tags, repositories, referrers.</summary>
public sealed class DiscoveryTests(ServedSamples served) : IClassFixture<ServedSamples>
{
    private const string Api = "/v2/product/team/api";

    [Fact]
    public async Task Tags_are_sorted()
    {
        var list = await served.Json(Api + "/tags/list");
        Assert.Equal("product/team/api", list.GetProperty("name").GetString());
        Assert.Equal(["2.0", "latest", "sbom", $"sha256-{served.Subject.Hex}", $"sha256-{served.Subject.Hex}.sig"], Texts(list, "tags"));
    }

    [Fact]
    public Task Tags_come_in_pages() => Pages(Api + "/tags/list", "tags", 5);

    [Fact]
    public Task Repositories_come_in_pages() => Pages("/v2/_catalog", "repositories", 9);

    [Theory]
    [InlineData("n=0", 0)]
    [InlineData("n=99999999999999999999", 5)]
    [InlineData("last=latest", 3)]
    [InlineData("n=1&last=zzz", 0)]
    [InlineData("last=3", 4)]
    public async Task Any_page_can_be_asked_for(string query, int count) => Assert.Equal(count, Texts(await served.Json($"{Api}/tags/list?{query}"), "tags").Count);

    [Theory]
    [InlineData("-1")]
    [InlineData("a")]
    [InlineData("")]
    public async Task A_page_of_no_size_is_refused(string n) => Assert.Equal(HttpStatusCode.BadRequest, (await served.Get($"/v2/_catalog?n={n}")).StatusCode);

    [Fact]
    public async Task What_refers_to_a_manifest_is_found_by_subject_and_under_the_fallback_tag()
    {
        var path = $"{Api}/referrers/{served.Subject}";
        var response = await served.Get(path);
        Assert.Equal(MediaTypes.OciIndex, response.Content.Headers.ContentType!.ToString());
        Assert.False(response.Headers.Contains("OCI-Filters-Applied"));
        var list = await served.Json(path);
        Assert.Equal(2, list.GetProperty("schemaVersion").GetInt32());
        Assert.Equal(MediaTypes.OciIndex, list.GetProperty("mediaType").GetString());
        var manifests = list.GetProperty("manifests").EnumerateArray().ToList();
        string[] folders = ["localhost:5000/product/team/api:sbom", $"localhost:5000/product/team/api:sha256-{served.Subject.Hex}.sig"];
        Assert.Equal(folders.Select(folder => served.DigestOf(folder).ToString()).Order(StringComparer.Ordinal), manifests.Select(one => one.GetProperty("digest").GetString()));
        Assert.Equal(["application/spdx+json", "application/vnd.dev.cosign.artifact.sig.v1+json"],
            manifests.Select(one => one.GetProperty("artifactType").GetString()!).Order(StringComparer.Ordinal));
        foreach (var one in manifests)
        {
            var manifest = await served.Get($"{Api}/manifests/{one.GetProperty("digest").GetString()}");
            Assert.Equal(one.GetProperty("size").GetInt64(), manifest.Content.Headers.ContentLength);
            Assert.Equal(one.GetProperty("mediaType").GetString(), manifest.Content.Headers.ContentType!.ToString());
        }
    }

    [Fact]
    public async Task Referrers_can_be_filtered()
    {
        var response = await served.Get($"{Api}/referrers/{served.Subject}?artifactType=application%2Fspdx%2Bjson");
        Assert.Equal("artifactType", response.Headers.GetValues("OCI-Filters-Applied").Single());
        using var list = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(served.DigestOf("localhost:5000/product/team/api:sbom").ToString(), list.RootElement.GetProperty("manifests").EnumerateArray().Single().GetProperty("digest").GetString());
    }

    [Theory]
    [InlineData("/v2/product/team/api", "sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/v2/product/worker", "SUBJECT")]
    public async Task Where_nothing_refers_the_index_is_empty(string repository, string digest) =>
        Assert.Equal(0, (await served.Json($"{repository}/referrers/{digest.Replace("SUBJECT", served.Subject.ToString(), StringComparison.Ordinal)}")).GetProperty("manifests").GetArrayLength());

    [Fact]
    public async Task A_broken_digest_is_refused() => Assert.Equal(HttpStatusCode.BadRequest, (await served.Get(Api + "/referrers/sha256:12")).StatusCode);

    private async Task Pages(string path, string member, int count)
    {
        var all = Texts(await served.Json(path), member);
        Assert.Equal(count, all.Count);
        Assert.Equal(all.Order(StringComparer.Ordinal), all);
        var found = new List<string>();
        for (var next = path + "?n=2"; next is not null;)
        {
            var response = await served.Get(next);
            var page = Texts(await served.Json(next), member);
            Assert.InRange(page.Count, 1, 2);
            found.AddRange(page);
            var link = response.Headers.TryGetValues("Link", out var links) ? links.Single() : null;
            Assert.True(link is null || link.EndsWith(">; rel=\"next\"", StringComparison.Ordinal));
            next = link?[1..link.IndexOf('>', StringComparison.Ordinal)];
        }

        Assert.Equal(all, found);
    }

    private static List<string> Texts(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(one => one.GetString()!)];
}
