using Bundle.Faults;

namespace Bundle.Registry;

/// <summary>The registries of one task: a client each, and so many requests at once over all of them.</summary>
internal sealed class RegistryPool(RegistryOptions options) : IDisposable
{
    private readonly Dictionary<string, RegistryClient> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RegistryOptions> _special = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(options.Parallelism);
    private readonly Lock _lock = new();
    private Fault? _failed;

    /// <summary>How registries are talked to, where nothing else is said of one.</summary>
    public RegistryOptions Options { get; } = options;

    /// <summary>Sets how one registry is talked to, before anybody does.</summary>
    public void Configure(string host, RegistryOptions special) => _special[host] = special;

    /// <summary>The client of a registry.</summary>
    /// <exception cref="BundleException">A file of credentials or certificates cannot be read.</exception>
    public RegistryClient Client(string host)
    {
        lock (_lock)
        {
            if (!_clients.TryGetValue(host, out var client))
            {
                _clients.Add(host, client = new RegistryClient(host, _special.GetValueOrDefault(host, Options)));
            }

            return client;
        }
    }

    /// <summary>Does something when it is its turn. Where a registry failed for good, nothing that waits is tried in vain.</summary>
    /// <exception cref="BundleException">It fails, or something before it did.</exception>
    public async Task<T> InTurn<T>(Func<Task<T>> request, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            return _failed is { } failed ? throw failed.ToException() : await request();
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.RegistryUnreachable || e.Fault.Id == FaultId.RegistryError)
        {
            _failed ??= e.Fault;
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        _gate.Dispose();
    }
}
