using Bundle.Index;

namespace Bundle.Serve.Page;

/// <summary>The commands that pull an image from this server.</summary>
/// <param name="host">The server as the reader of the page reaches it, such as <c>registry.site:5000</c>.</param>
internal sealed class PullCommands(string host, bool tls)
{
    /// <summary>Tools and their commands.</summary>
    public IEnumerable<(string Tool, string Command)> Of(IndexImage image)
    {
        var reference = $"{host}/{image.Name.Repository}" + (image.Tags.Count > 0 ? ":" + image.Tags[0] : "@" + image.Digest);
        yield return ("Docker", "docker pull " + reference);
        yield return ("Podman", $"podman pull {(tls ? "" : "--tls-verify=false ")}{reference}");
        yield return ("containerd", $"ctr images pull {(tls ? "" : "--plain-http ")}{reference}");
        yield return ("skopeo", $"skopeo copy --all {(tls ? "" : "--src-tls-verify=false ")}docker://{reference} dir:{Folder(image)}");
    }

    private static string Folder(IndexImage image) => image.Name.Repository[(image.Name.Repository.LastIndexOf('/') + 1)..];
}
