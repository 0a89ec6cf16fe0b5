using Bundle.Index;
using Bundle.Model;
using Bundle.Registry;
using Bundle.Sources;

namespace Bundle.Push;

/// <summary>
/// The bases that were named: they have the data of blobs (but for a bundle.json alone), and say which repositories may have got
/// them before.
/// </summary>
internal sealed class Lenders : IDisposable
{
    private readonly List<(BundleIndex Index, PushSource? Source)> _bases = [];
    private readonly PushOptions _options;

    private Lenders(PushOptions options) => _options = options;

    /// <summary>Opens the bases.</summary>
    /// <exception cref="Faults.BundleException">One is not there, or is damaged.</exception>
    public static Lenders Open(PushOptions options, RegistryPool registries, CancellationToken cancellation)
    {
        var lenders = new Lenders(options);
        try
        {
            foreach (var input in options.Bases)
            {
                var source = input.Path is { } path && KnownIndex.IsIndex(path) ? null : PushSource.Open(input, registries, cancellation);
                lenders._bases.Add((source?.Index ?? KnownIndex.Read(input.Path!, cancellation).Index, source));
            }

            return lenders;
        }
        catch
        {
            lenders.Dispose();
            throw;
        }
    }

    /// <summary>Opens a blob's data; null where no base has it.</summary>
    public Func<Stream>? Data(Digest digest)
    {
        foreach (var (index, source) in _bases)
        {
            if (source is not null && index.Position(digest) is { } position && source.Has(position))
            {
                return () => source.Open(position);
            }
        }

        return null;
    }

    /// <summary>The repositories of the destination that have a blob if a base was pushed to it under the same rules.</summary>
    public IEnumerable<string> Repositories(Digest digest)
    {
        foreach (var (index, _) in _bases)
        {
            if (index.Position(digest) is { } position)
            {
                foreach (var image in index.Images.Where(image => ImageClosure.Of(index, image).Contains(position)))
                {
                    if (TargetNames.Find(image.Name, _options) is { } name)
                    {
                        yield return name.Repository;
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, source) in _bases)
        {
            source?.Dispose();
        }
    }
}
