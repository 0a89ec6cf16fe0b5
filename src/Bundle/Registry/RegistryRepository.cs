using System.Net;
using System.Net.Http.Headers;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Registry;

/// <summary>A manifest as a registry sends it.</summary>
/// <param name="Bytes">To the letter, and of that digest.</param>
internal sealed record RemoteManifest(Digest Digest, Manifest Manifest, byte[] Bytes);

/// <summary>A repository of a registry: its manifests.</summary>
/// <param name="forPush">
/// Whether it will be written to: it is then read with the same rights, as a repository that is not there yet may be
/// looked at by nobody else.
/// </param>
internal sealed partial class RegistryRepository(RegistryClient client, string name, bool forPush = false)
{
    private static readonly string[] ManifestTypes = [MediaTypes.OciManifest, MediaTypes.OciIndex, MediaTypes.DockerManifest, MediaTypes.DockerList];

    private readonly RegistryScope _pull = forPush ? RegistryScope.Push(name) : RegistryScope.Pull(name);

    /// <summary>Its name, without the registry's.</summary>
    public string Name => name;

    /// <summary>Its name, with the registry's.</summary>
    public string FullName => client.Host + "/" + name;

    /// <summary>The digest that a tag stands for; null where there is no such tag.</summary>
    public async Task<Digest?> ManifestDigest(string tag, CancellationToken cancellation)
    {
        var (found, digest) = await client.Send(
            ManifestRequest(HttpMethod.Head, tag),
            (response, _) =>
            {
                using (response)
                {
                    return Task.FromResult((response.StatusCode != HttpStatusCode.NotFound, DigestHeader(response)));
                }
            },
            cancellation);
        // The header is no duty of a registry.
        return digest ?? (found ? (await GetManifest(tag, cancellation))?.Digest : null);
    }

    /// <summary>Whether a manifest is there.</summary>
    public Task<bool> HasManifest(Digest digest, CancellationToken cancellation) => client.Send(
        ManifestRequest(HttpMethod.Head, digest.ToString()),
        (response, _) =>
        {
            using (response)
            {
                return Task.FromResult(response.StatusCode != HttpStatusCode.NotFound);
            }
        },
        cancellation);

    /// <summary>The manifest of a tag; null where there is no such tag.</summary>
    /// <exception cref="BundleException">The registry fails, or it sends no manifest, or one of another digest than it says.</exception>
    public Task<RemoteManifest?> GetManifest(string tag, CancellationToken cancellation) => GetManifest(tag, null, cancellation);

    /// <summary>The manifest of a digest; null where there is none.</summary>
    /// <exception cref="BundleException">The registry fails, or it sends bytes of another digest.</exception>
    public Task<RemoteManifest?> GetManifest(Digest digest, CancellationToken cancellation) => GetManifest(digest.ToString(), digest, cancellation);

    private static Digest? DigestHeader(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.First(), out var digest) ? digest : null;

    private async Task<RemoteManifest?> GetManifest(string reference, Digest? wanted, CancellationToken cancellation)
    {
        var (bytes, claimed) = await client.Send(
            ManifestRequest(HttpMethod.Get, reference),
            async (response, patience) =>
            {
                using (response)
                {
                    return response.StatusCode == HttpStatusCode.NotFound ? (null, null) : (await Body.Read(response, Limits.Manifest, patience.Token), DigestHeader(response));
                }
            },
            cancellation);
        if (bytes is null)
        {
            return null;
        }

        var digest = Digest.Of(bytes);
        foreach (var expected in ((Digest?[])[wanted, claimed]).OfType<Digest>().Where(expected => expected != digest))
        {
            throw RegistryFaults.WrongBytes(client.Host, $"a manifest of {digest} for {name} {reference}, and promises {expected}", expected).ToException();
        }

        try
        {
            return new RemoteManifest(digest, Manifest.Parse(bytes), bytes);
        }
        catch (FormatException e)
        {
            throw new Fault(FaultId.SourceInvalid, $"{FullName}, manifest {reference}: {e.Message}")
            {
                Entry = FullName,
                Digest = digest,
                Hint = "push the image again with a current tool",
            }.ToException(e);
        }
    }

    private RegistryRequest ManifestRequest(HttpMethod method, string reference) =>
        new(method, Path($"manifests/{reference}"), _pull, $"the manifest {reference} of {name}")
        {
            Expected = [HttpStatusCode.NotFound],
            Prepare = message =>
            {
                foreach (var type in ManifestTypes)
                {
                    message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
                }
            },
        };

    private Uri Path(string below) => new($"v2/{name}/{below}", UriKind.Relative);
}
