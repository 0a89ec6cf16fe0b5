using Bundle.Faults;
using Bundle.IO;
using Bundle.Model;
using Bundle.Registry;
using Bundle.Sources.Docker;
using Bundle.Sources.Layout;
using Bundle.Sources.Packages;
using Bundle.Sources.Storage;
using Bundle.Sources.Trees;

namespace Bundle.Sources;

/// <summary>
/// Sources of images as the user names them: skopeo's transport words (<c>dir:PATH</c>), or a plain path, which is
/// recognised by what it is.
/// </summary>
internal static class Source
{
    private const string Yaml = "yaml";

    private static readonly Dictionary<string, Action<SourceSet, string, CancellationToken>> Transports = new(StringComparer.Ordinal)
    {
        ["dir"] = DirSource.AddTo,
        ["docker"] = RegistrySource.AddTo,
        ["registry"] = StorageSource.Note,
        ["oci"] = OciSource.AddTo,
        ["oci-archive"] = OciSource.AddTo,
        ["docker-archive"] = DockerSource.AddTo,
        ["bundle"] = PackageSource.AddTo,
        [Yaml] = (sources, path, cancellation) => RegistrySource.AddTo(sources, RegistrySource.Wanted(sources, path, cancellation), cancellation),
    };

    /// <summary>
    /// Adds the images of several sources. Those of registries' storages come when all sources are known, as one may have what another lacks;
    /// those of live registries last, all at once: what others have is not fetched.
    /// </summary>
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
            else if (SyncFile.IsOne(source) || (source.StartsWith(Yaml + ":", StringComparison.Ordinal) && !Path.Exists(source)))
            {
                remote.AddRange(RegistrySource.Wanted(all, SyncFile.IsOne(source) ? source : source[(Yaml.Length + 1)..], cancellation));
            }
            else
            {
                AddOne(all, source, cancellation);
            }
        }

        StorageSource.AddNoted(all, cancellation);
        RegistrySource.AddTo(all, remote, cancellation);
    }

    /// <summary>Adds the images of a source.</summary>
    /// <exception cref="BundleException">It is not there, holds no image, or something in it is wrong.</exception>
    public static void AddTo(SourceSet sources, string source, CancellationToken cancellation) => AddTo(sources, [source], cancellation);

    private static void AddOne(SourceSet sources, string source, CancellationToken cancellation)
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
                    Hint = source[..colon].Contains('.', StringComparison.Ordinal) || source[..colon] == "localhost" ? RegistryNames.Advice(source)
                        : "check the path; the transports are " + string.Join(", ", Transports.Keys.Select(name => name + ":")),
                }.ToException();
            }
        }

        if (SyncFile.IsOne(source))
        {
            Transports[Yaml](sources, source, cancellation);
            return;
        }

        AddPath(sources, source, cancellation);
    }

    private static void AddPath(SourceSet sources, string path, CancellationToken cancellation)
    {
        if (FileStat.Of(path) is null or { Kind: FileKind.Directory } && !IsStore(path))
        {
            DirSource.AddTo(sources, path, cancellation);
            return;
        }

        if (PackageSource.Is(path))
        {
            PackageSource.AddTo(sources, path, cancellation);
            return;
        }

        if (KnownIndex.IsIndex(path))
        {
            throw new Fault(FaultId.SourceMissing, $"{path} holds no images") { Entry = path, Hint = "the bundle.json of a package is good for --base and for diff; here the package itself is needed" }.ToException();
        }

        var tree = FileTree.Open(sources, path, cancellation);
        var docker = FileStat.Of(path) is { Kind: FileKind.Regular } ? DockerSource.RootOf(tree) : null;
        var (layout, storage) = (OciSource.RootOf(tree), StorageSource.Find(tree));

        // The form nearest to the top: mirrors put layouts of catalogs deep into archives of a storage.
        var depths = (Docker: Depth(docker), Layout: Depth(layout), Storage: storage is null ? int.MaxValue : StorageSource.DepthOf(storage));
        if (docker is not null && depths.Docker <= Math.Min(depths.Layout, depths.Storage))
        {
            DockerSource.AddTo(sources, tree, docker, null, cancellation);
        }
        else if (layout is not null && depths.Layout <= depths.Storage)
        {
            OciSource.AddTo(sources, tree, layout, null, cancellation);
        }
        else if (storage is not null)
        {
            sources.Note(storage);
        }
        else
        {
            throw new Fault(FaultId.SourceMissing, $"{path} holds no images in a form that is known")
            {
                Entry = path,
                Hint = "an archive of images is one of an OCI layout, of a registry's storage (docker/registry/v2), or what 'docker save' writes",
            }.ToException();
        }

        static int Depth(string? root) => root is null ? int.MaxValue : FileTree.DepthOf(root);
    }

    // Folders that say themselves what they are; all others are looked through for dir images.
    private static bool IsStore(string path) => Directory.Exists(path)
        && (File.Exists(Path.Combine(path, "oci-layout")) || StorageSource.Find(new FolderTree(path)) is not null);
}
