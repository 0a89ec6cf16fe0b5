using Bundle.Faults;
using Bundle.Model;
using Bundle.Sources.Trees;

namespace Bundle.Sources.Storage;

/// <summary>
/// The storage of a registry, in a folder or an archive: every tag of every repository. It says nothing of hosts, so names
/// have none. Mirrors write one storage into several archives, each with some of the blobs: so all are known before any is walked.
/// </summary>
internal static class StorageSource
{
    private const string Top = "docker/registry/v2", Repositories = "repositories";

    /// <summary>Notes the storage of <c>registry:PATH</c>; PATH has <c>docker/registry/v2</c> in it, or is that folder.</summary>
    /// <exception cref="BundleException">It is no registry's storage.</exception>
    public static void Note(SourceSet sources, string path, CancellationToken cancellation)
    {
        var tree = FileTree.Open(sources, path, cancellation);
        sources.Note(Find(tree) ?? throw new Fault(FaultId.SourceMissing, $"{path} is no registry's storage: it has no {Top}/{Repositories}")
        {
            Entry = path,
            Hint = "name the folder that the registry's configuration has as rootdirectory, or a tar archive of it",
        }.ToException());
    }

    /// <summary>The storage in a tree, the nearest to the top; null where it has none.</summary>
    public static StorageRoot? Find(FileTree tree) =>
        tree.RootsOf($"{Top}/{Repositories}").Concat(tree.RootsOf(Top + "/blobs")).FirstOrDefault() is { } root ? new StorageRoot(tree, FileTree.Join(root, Top))
        : tree.HasFolder(Repositories) && tree.HasFolder("blobs/sha256") ? new StorageRoot(tree, "") : null;

    /// <summary>How deep in its tree a storage lies.</summary>
    public static int DepthOf(StorageRoot storage) => Math.Max(0, FileTree.DepthOf(storage.Root) - FileTree.DepthOf(Top));

    /// <summary>Adds the images of all storages that were noted.</summary>
    /// <exception cref="BundleException">One has none, or is damaged.</exception>
    public static void AddNoted(SourceSet sources, CancellationToken cancellation)
    {
        foreach (var storage in sources.Storages)
        {
            var count = sources.Known;
            Walk(sources, storage, "", cancellation);
            var isPart = sources.Storages.Count > 1 && !storage.Tree.HasFolder(FileTree.Join(storage.Root, Repositories));
            if (sources.Known == count && !isPart)
            {
                throw new Fault(FaultId.SourceMissing, $"{storage.Tree.Name} has no tagged image")
                {
                    Entry = storage.Tree.Name,
                    Hint = "push images to the registry first; of a storage in several archives, name them all",
                }.ToException();
            }
        }
    }

    private static void Walk(SourceSet sources, StorageRoot storage, string relative, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var folder in storage.Tree.Folders(FileTree.Join(storage.Root, FileTree.Join(Repositories, relative).TrimEnd('/'))))
        {
            // No component of a name begins so: these are the storage's own (_layers, _manifests, _uploads).
            if (folder.StartsWith('_'))
            {
                continue;
            }

            var name = FileTree.Join(relative, folder);
            if (storage.Tree.HasFolder(FileTree.Join(storage.Root, $"{Repositories}/{name}/_manifests")))
            {
                AddRepository(sources, storage, name, cancellation);
            }

            if (name.Length < 255)
            {
                Walk(sources, storage, name, cancellation);
            }
        }
    }

    private static void AddRepository(SourceSet sources, StorageRoot storage, string name, CancellationToken cancellation)
    {
        if (ImageName.TryParse(name) is { } parsed)
        {
            // A folder such as host:5000 was never pushed to, yet it reads as a host here.
            new Repository(storage, sources.Storages, parsed).AddTo(sources, cancellation);
            return;
        }

        throw new Fault(FaultId.NameInvalid, $"{storage.Tree.Shown(FileTree.Join(storage.Root, $"{Repositories}/{TarName.Printable(name)}"))} is a repository, but '{TarName.Printable(name)}' is no valid name")
        {
            Entry = storage.Tree.Name,
            Hint = "a registry could not serve it either; move that folder out of the store",
        }.ToException();
    }
}
