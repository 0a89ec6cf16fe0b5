using Bundle.Faults;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Sources;

/// <summary>
/// Sources of images as the user names them: skopeo's transport words (<c>dir:PATH</c>), or a plain path, which is
/// recognised by what it is.
/// </summary>
internal static class Source
{
    private static readonly Dictionary<string, Action<SourceSet, string, CancellationToken>> Transports = new(StringComparer.Ordinal)
    {
        ["dir"] = DirSource.AddTo,
        ["docker"] = RegistrySource.AddTo,
    };

    /// <summary>Adds the images of several sources. Those of live registries come last, all at once: what others have is not fetched.</summary>
    /// <exception cref="BundleException">One is not there, holds no image, or something in it is wrong.</exception>
    public static void AddTo(SourceSet all, IEnumerable<string> sources, CancellationToken cancellation)
    {
        var remote = new List<ImageReference>();
        foreach (var source in sources)
        {
            if (source.StartsWith(RegistryNames.Transport, StringComparison.Ordinal))
            {
                remote.Add(RegistryNames.Parse(source));
            }
            else
            {
                AddTo(all, source, cancellation);
            }
        }

        RegistrySource.AddTo(all, remote, cancellation);
    }

    /// <summary>Adds the images of a source.</summary>
    /// <exception cref="BundleException">It is not there, holds no image, or something in it is wrong.</exception>
    public static void AddTo(SourceSet sources, string source, CancellationToken cancellation)
    {
        var colon = source.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && !Path.Exists(source))
        {
            if (Transports.TryGetValue(source[..colon], out var add))
            {
                add(sources, source[(colon + 1)..], cancellation);
                return;
            }

            if (source.AsSpan(0, colon).IndexOf('/') < 0)
            {
                throw new Fault(FaultId.SourceMissing, $"{source} does not exist, and '{source[..colon]}' is no transport that is known")
                {
                    Entry = source,
                    Hint = "check the path; the transports are " + string.Join(", ", Transports.Keys.Select(name => name + ":")),
                }.ToException();
            }
        }

        DirSource.AddTo(sources, source, cancellation);
    }
}
