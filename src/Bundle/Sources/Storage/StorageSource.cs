using Bundle.Faults;
using Bundle.Model;
using Bundle.Sources.Trees;

namespace Bundle.Sources.Storage;

/// <summary>
/// The storage of a registry, in a folder or an archive: every tag of every repository. It says nothing of hosts, so names
/// have none.
/// </summary>
internal static class StorageSource
{
    private const string Root = "docker/registry/v2";

    /// <summary>Adds the images of <c>registry:PATH</c>; PATH has <c>docker/registry/v2</c> in it, or is that folder.</summary>
    /// <exception cref="BundleException">It is no registry's storage, or has no image.</exception>
    public static void AddTo(SourceSet sources, string path, CancellationToken cancellation)
    {
        var tree = FileTree.Open(sources, path, cancellation);
        var root = RootOf(tree) ?? throw new Fault(FaultId.SourceMissing, $"{path} is no registry's storage: it has no {Root}/repositories")
        {
            Entry = path,
            Hint = "name the folder that the registry's configuration has as rootdirectory, or a tar archive of it",
        }.ToException();
        AddTo(sources, tree, root, cancellation);
    }

    /// <summary>Where in a tree the storage is; null where it has none.</summary>
    public static string? RootOf(FileTree tree)
    {
        var roots = tree.RootsOf(Root + "/repositories");
        return roots.Count > 0 ? FileTree.Join(roots[0], Root) : tree.HasFolder("repositories") && tree.HasFolder("blobs/sha256") ? "" : null;
    }

    /// <summary>Adds the images of a storage.</summary>
    /// <exception cref="BundleException">It has none.</exception>
    public static void AddTo(SourceSet sources, FileTree tree, string root, CancellationToken cancellation)
    {
        var count = sources.Known;
        Walk(sources, tree, root, "", cancellation);
        if (sources.Known == count)
        {
            throw new Fault(FaultId.SourceMissing, $"{tree.Name} has no tagged image")
            {
                Entry = tree.Name,
                Hint = "push images to the registry first",
            }.ToException();
        }
    }

    private static void Walk(SourceSet sources, FileTree tree, string root, string relative, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var folder in tree.Folders(FileTree.Join(root, FileTree.Join("repositories", relative).TrimEnd('/'))))
        {
            // No component of a name begins so: these are the storage's own (_layers, _manifests, _uploads).
            if (folder.StartsWith('_'))
            {
                continue;
            }

            var name = FileTree.Join(relative, folder);
            if (tree.HasFolder(FileTree.Join(root, $"repositories/{name}/_manifests")))
            {
                AddRepository(sources, tree, root, name, cancellation);
            }

            if (name.Length < 255)
            {
                Walk(sources, tree, root, name, cancellation);
            }
        }
    }

    private static void AddRepository(SourceSet sources, FileTree tree, string root, string name, CancellationToken cancellation)
    {
        if (ImageName.TryParse(name) is { } parsed)
        {
            // A folder such as host:5000 was never pushed to, yet it reads as a host here.
            new Repository(tree, root, parsed).AddTo(sources, cancellation);
            return;
        }

        throw new Fault(FaultId.NameInvalid, $"{tree.Shown(FileTree.Join(root, "repositories/" + TarName.Printable(name)))} is a repository, but '{TarName.Printable(name)}' is no valid name")
        {
            Entry = tree.Name,
            Hint = "a registry could not serve it either; move that folder out of the store",
        }.ToException();
    }
}
