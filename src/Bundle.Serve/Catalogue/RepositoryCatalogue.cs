using System.Collections.Concurrent;
using Bundle.Index;

namespace Bundle.Serve.Catalogue;

/// <summary>
/// The repositories of a package by the names that clients use. Registries know no hosts, so an image goes by the rest of
/// its name; a client that takes the server for a mirror tells the host that it means (<c>?ns=docker.io</c>, containerd
/// docs/hosts.md), and gets images of that host or of none.
/// </summary>
internal sealed class RepositoryCatalogue
{
    private const string DockerHub = "docker.io", DockerLibrary = "library/";
    private const int KeptViews = 256;

    private readonly BundleIndex _index;
    private readonly Dictionary<string, Repository> _byName;
    private readonly Dictionary<string, IndexImage[]> _severalHosts;
    private readonly Dictionary<string, string?> _hosts;
    private readonly ConcurrentDictionary<(string Host, string Name), Repository?> _views = new();

    public RepositoryCatalogue(BundleIndex index)
    {
        _index = index;
        var repositories = Repository.Of(index, index.Images).ToList();
        Names = [.. repositories.Select(one => one.Name)];
        _byName = repositories.ToDictionary(one => one.Name, StringComparer.Ordinal);
        var groups = index.Images.GroupBy(image => image.Name.Repository, StringComparer.Ordinal).ToList();
        _severalHosts = groups.Where(HasSeveralHosts).ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        _hosts = groups.ToDictionary(group => group.Key, group => Host(group.First()), StringComparer.Ordinal);
    }

    /// <summary>All names, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The repository that a client means; null where there is none.</summary>
    /// <param name="host">The host of the registry that the client takes this one for; null where it takes it for itself.</param>
    public Repository? Find(string name, string? host)
    {
        host = host is null ? null : Canonical(host);
        if (Exact(name, host) is { } found)
        {
            return found;
        }

        // Clients complete Docker Hub's short names; packages may have them as they were typed.
        return host is null or DockerHub && name.StartsWith(DockerLibrary, StringComparison.Ordinal) && name.LastIndexOf('/') < DockerLibrary.Length
            ? Exact(name[DockerLibrary.Length..], DockerHub) : null;
    }

    private Repository? Exact(string name, string? host)
    {
        if (!_byName.TryGetValue(name, out var repository) || host is null)
        {
            return repository;
        }

        if (_severalHosts.TryGetValue(name, out var images))
        {
            if (_views.Count > KeptViews)
            {
                _views.Clear();
            }

            return _views.GetOrAdd((host, name), _ => Repository.Of(_index, images.Where(image => Host(image) is null || Host(image) == host)).FirstOrDefault());
        }

        return _hosts[name] is null || _hosts[name] == host ? repository : null;
    }

    private static bool HasSeveralHosts(IEnumerable<IndexImage> images) => images.Select(Host).Distinct().Skip(1).Any();

    private static string? Host(IndexImage image) => image.Name.Host is { } host ? Canonical(host) : null;

    private static string Canonical(string host) => host is "index.docker.io" or "registry-1.docker.io" ? DockerHub : host;
}
