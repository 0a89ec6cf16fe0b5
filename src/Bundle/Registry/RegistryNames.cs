using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Registry;

/// <summary>References to images in registries, and where a registry of a name is reached.</summary>
internal static class RegistryNames
{
    /// <summary>What a reference to a live registry begins with.</summary>
    public const string Transport = "docker://";

    private const string DockerHub = "docker.io";

    /// <summary>Reads <c>docker://HOST[:PORT]/REPO:TAG</c> or <c>…@sha256:…</c>.</summary>
    /// <exception cref="BundleException">It is none.</exception>
    public static ImageReference Parse(string text) =>
        text.StartsWith(Transport, StringComparison.Ordinal) && ImageReference.TryParse(text[Transport.Length..]) is { } reference
            ? Complete(reference)
            : throw new Fault(FaultId.NameInvalid, $"'{text}' is no reference to an image in a registry")
            {
                Entry = text,
                Hint = "such as docker://registry.example/product/base:1.0 or docker://registry.example/product/base@sha256:…",
            }.ToException();

    /// <summary>What to do about a source that is not there: it may be the name of an image.</summary>
    public static string Advice(string source) => ImageReference.TryParse(source) is null ? "check the path" : $"check the path; an image of a registry is {Transport}{source}";

    /// <summary>Completes a name as docker does: <c>alpine</c> is <c>docker.io/library/alpine</c>.</summary>
    public static ImageReference Complete(ImageReference reference)
    {
        var name = reference.Name;
        var full = name.Host is "index.docker.io" or DockerHub
            ? DockerHub + (name.Repository.Contains('/') ? "/" : "/library/") + name.Repository
            : name.Normalized;
        return reference with { Name = ImageName.TryParse(full)! };
    }

    /// <summary>Where the API of a registry is: Docker Hub's has a host of its own.</summary>
    public static string ApiHost(string host) => Canonical(host) == DockerHub ? "registry-1.docker.io" : host;

    /// <summary>Where a registry is, by a scheme. Names of images allow hosts that nothing can have.</summary>
    /// <exception cref="BundleException">No host can be called so.</exception>
    public static Uri Address(string scheme, string host) => Uri.TryCreate($"{scheme}://{ApiHost(host)}/", UriKind.Absolute, out var address) ? address
        : throw new Fault(FaultId.NameInvalid, $"no registry can be called {host}")
        {
            Entry = host,
            Hint = "HOST or HOST:PORT, as registry.example or registry.example:5000; a port is at most 65535",
        }.ToException();

    /// <summary>One name for the several that Docker Hub goes by.</summary>
    public static string Canonical(string host) => host is "index.docker.io" or "registry-1.docker.io" ? DockerHub : host;

    /// <summary>The tag under which an older registry lists what refers to a manifest (distribution-spec, referrers tag schema).</summary>
    public static string FallbackTag(Digest digest) => "sha256-" + digest.Hex;
}
