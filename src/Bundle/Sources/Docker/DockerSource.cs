using Bundle.Faults;
using Bundle.Model;
using Bundle.Sources.Layout;
using Bundle.Sources.Trees;

namespace Bundle.Sources.Docker;

/// <summary>
/// What <c>docker save</c>, <c>podman save</c> and skopeo's <c>docker-archive:</c> write. Such an archive has no registry
/// manifest, so one is made. One that is an OCI layout too, and whole as such, has manifests: they are taken as they are.
/// </summary>
internal static class DockerSource
{
    private const string ManifestName = "manifest.json";

    /// <summary>Adds the images of <c>docker-archive:FILE[:REF]</c>.</summary>
    /// <exception cref="BundleException">It is no such archive, or damaged, or has not the image that is wanted.</exception>
    public static void AddTo(SourceSet sources, string source, CancellationToken cancellation)
    {
        var (path, wanted) = TransportPath.Split(source);
        var tree = FileTree.Open(sources, path, cancellation);
        var root = RootOf(tree) ?? throw new Fault(FaultId.SourceMissing, $"{path} is no archive of docker images: it has no {ManifestName} with a list of them")
        {
            Entry = path,
            Hint = tree.RootsOf("repositories").Count > 0 ? "docker before 1.10 saved it: load it into a current docker and save it again" : "give a file made by 'docker save'",
        }.ToException();
        AddTo(sources, tree, root, wanted, cancellation);
    }

    /// <summary>Where in a tree the list of a docker archive is; null where it has none.</summary>
    public static string? RootOf(FileTree tree) => tree.RootsOf(ManifestName) is [var root, ..] && IsList(tree, root) ? root : null;

    /// <summary>Adds the images of an archive.</summary>
    /// <param name="wanted">The name of the one that is wanted; null for all.</param>
    /// <exception cref="BundleException">It is damaged, or has not the image that is wanted.</exception>
    public static void AddTo(SourceSet sources, FileTree tree, string root, string? wanted, CancellationToken cancellation)
    {
        var layout = OciSource.RootOf(tree);
        if (layout is not null && IsWhole(sources, tree, layout, cancellation))
        {
            OciSource.AddTo(sources, tree, layout, wanted, cancellation);
            return;
        }

        var before = sources.Known;
        var images = sources.Images.Count;
        var layers = new DockerLayers(tree, root);
        foreach (var item in DockerItem.Read(tree.File(FileTree.Join(root, ManifestName))!))
        {
            Add(sources, tree, root, item, wanted, layers, cancellation);
        }

        if (sources.Known == before)
        {
            throw new Fault(wanted is null ? FaultId.SourceMissing : FaultId.ImageUnknown, $"{tree.Name} has no image{(wanted is null ? "" : $" {wanted}")}")
            {
                Entry = tree.Name,
                Images = wanted is null ? [] : [wanted],
                Hint = $"the names are in its {ManifestName}",
            }.ToException();
        }

        if (sources.Images.Count > images)
        {
            var why = layout is null ? "has no registry manifests" : "has not all that its registry manifests name (oci-archive: tells what is missing, and --platform may make them whole)";
            sources.Warn($"{tree.Name} {why}: they were made, so the digest of {sources.Images[^1].Reference}{(sources.Images.Count - images == 1 ? "" : " and the others")} is not the one that a registry has");
        }
    }

    private static void Add(SourceSet sources, FileTree tree, string root, DockerItem item, string? wanted, DockerLayers layers, CancellationToken cancellation)
    {
        var tags = new List<ImageReference>();
        foreach (var tag in item.Tags)
        {
            tags.Add(ImageReference.TryParse(tag) ?? throw new Fault(FaultId.NameInvalid, $"{tree.Name} has an image named '{TarName.Printable(tag)}', which is no image reference")
            {
                Entry = tree.Name,
                Hint = "save the image again, under a valid name",
            }.ToException());
        }

        if (wanted is not null)
        {
            var reference = ImageReference.TryParse(wanted);
            tags.RemoveAll(tag => reference is null || tag.Name.Normalized != reference.Name.Normalized || tag.Tag != reference.Tag);
            if (tags.Count == 0)
            {
                return;
            }
        }

        var name = tags.Count > 0 ? tags[0].Name : new OciNaming(tree.Name).Base;
        BrokenImage.Guard(sources, name, tags.Count > 0 ? tags[0].Tag : null, () =>
        {
            var image = DockerImage.Read(tree, root, item, layers, cancellation);
            foreach (var tag in tags)
            {
                ImageWalk.Add(sources, image, tag, image.Digest);
            }

            if (tags.Count == 0)
            {
                sources.Warn($"{tree.Name} has an image without a name: {name.Full}@{image.Digest}");
                ImageWalk.Add(sources, image, new ImageReference(name, null, image.Digest), image.Digest);
            }
        });
    }

    // As docker's image store of containerd saves lists, platforms may be missing: then the archive is good for one alone.
    private static bool IsWhole(SourceSet sources, FileTree tree, string layout, CancellationToken cancellation)
    {
        using var trial = new SourceSet(sources.Platforms);
        try
        {
            OciSource.AddTo(trial, tree, layout, null, cancellation);
            return trial.Images.Count == trial.Known && trial.Images.All(image => image.Missing.Count == 0);
        }
        catch (BundleException)
        {
            return false;
        }
    }

    private static bool IsList(FileTree tree, string root)
    {
        using var stream = tree.File(FileTree.Join(root, ManifestName))?.Open();
        int first;
        do
        {
            first = stream?.ReadByte() ?? -1;
        }
        while (first is ' ' or '\n' or '\r' or '\t');
        return first == '[';
    }
}
