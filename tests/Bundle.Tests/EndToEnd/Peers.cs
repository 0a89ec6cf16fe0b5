using Bundle.Model;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary>What the peers say of our output: skopeo, docker-registry.</summary>
internal static class Peers
{
    /// <summary>Pushes every image of a tree of dir images, each with all that is below it, its digest kept.</summary>
    public static async Task Push(string tree, IEnumerable<string> folders, string host)
    {
        foreach (var folder in folders)
        {
            var reference = ImageReference.TryParse(folder)!;
            var name = reference.Name.Repository + (reference.Tag is { } tag ? ":" + tag : "@" + reference.Digest);
            await Run.Tool("skopeo", "copy", "--quiet", "--all", "--preserve-digests", "--remove-signatures", "--dest-tls-verify=false", $"dir:{tree}/{folder}", $"docker://{host}/{name}");
        }
    }

    /// <summary>Whether a registry serves every image of a tree, by tag and by digest, with children, configs and layers.</summary>
    public static async Task ServesAll(string tree, IEnumerable<string> folders, string host)
    {
        using var client = new HttpClient();
        foreach (var folder in folders)
        {
            var reference = ImageReference.TryParse(folder)!;
            var manifest = await File.ReadAllBytesAsync(Path.Combine(tree, folder, "manifest.json"), TestContext.Current.CancellationToken);
            await Serves(client, host, reference.Name.Repository, "manifests", reference.Tag ?? Digest.Of(manifest).ToString(), manifest);
            await Serves(client, host, reference.Name.Repository, "manifests", Digest.Of(manifest).ToString(), manifest);
            foreach (var path in Directory.EnumerateFiles(Path.Combine(tree, folder)))
            {
                var name = Path.GetFileName(path);
                if (Digest.TryParse("sha256:" + name.Replace(".manifest.json", "", StringComparison.Ordinal), out var digest))
                {
                    await Serves(client, host, reference.Name.Repository, name.Length == 64 ? "blobs" : "manifests", digest.ToString(),
                        await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
                }
            }
        }
    }

    /// <summary>Whether skopeo finds the same tags in two registries, and the same manifests under them and below them.</summary>
    /// <param name="store">The storage of the first one, which tells its repositories and all manifests in them.</param>
    public static async Task AreEqual(string first, string second, string store) => await Run.Shell(
        $$"""
        cd {{store}}/docker/registry/v2/repositories
        raw() { skopeo inspect --raw --tls-verify=false docker://$1 | sha256sum; }
        for manifests in $(find . -name _manifests | sort); do
            repository=$(dirname ${manifests#./})
            # Lists of referrers are for whoever pushes to keep, which skopeo does not.
            tags() { skopeo list-tags --tls-verify=false docker://$1/$repository | grep -oE '^ +"[^"]+",?$' | tr -d ' ,"' | grep -vE '^sha256-[0-9a-f]{64}$'; }
            [ ! -d $manifests/tags ] || diff <(tags {{first}}) <(tags {{second}})
            for tag in $(ls $manifests/tags 2> /dev/null); do
                [ "$(raw {{first}}/$repository:$tag)" = "$(raw {{second}}/$repository:$tag)" ] || { echo $repository:$tag; exit 1; }
            done
            for hex in $(ls $manifests/revisions/sha256); do
                [ "$(raw {{second}}/$repository@sha256:$hex)" = "$hex  -" ] || { echo $repository@$hex; exit 1; }
            done
        done
        """);

    /// <summary>Whether a registry's garbage collection finds nothing to delete.</summary>
    public static async Task NothingIsGarbage(RegistryServer server)
    {
        var result = await Run.Tool("docker-registry", "garbage-collect", "--dry-run", "--delete-untagged=false", server.Config);
        Assert.Contains("0 blobs and 0 manifests eligible for deletion", result.StandardOutput, StringComparison.Ordinal);
    }

    private static async Task Serves(HttpClient client, string host, string repository, string kind, string reference, byte[] expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{host}/v2/{repository}/{kind}/{reference}"));
        foreach (var type in (string[])[MediaTypes.DockerManifest, MediaTypes.DockerList, MediaTypes.OciManifest, MediaTypes.OciIndex])
        {
            request.Headers.Accept.ParseAdd(type);
        }

        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{request.RequestUri}: {response.StatusCode}");
        Assert.Equal(Digest.Of(expected), Digest.Of(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    }
}
