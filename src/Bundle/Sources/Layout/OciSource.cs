using Bundle.Faults;
using Bundle.Model;
using Bundle.Sources.Trees;

namespace Bundle.Sources.Layout;

/// <summary>An OCI image layout, in a folder or an archive: every image that its index names, and what is about one of them.</summary>
internal sealed class OciSource
{
    private const string IndexName = "index.json", MarkName = "oci-layout";

    private readonly SourceSet _sources;
    private readonly OciLayout _layout;
    private readonly OciNaming _naming;
    private readonly FileTree _tree;
    private readonly string? _wanted;
    private readonly HashSet<(string, string?, Digest)> _added = [];
    private readonly List<Digest> _nameless = [];

    private OciSource(SourceSet sources, FileTree tree, string root, string? wanted) =>
        (_sources, _tree, _layout, _naming, _wanted) = (sources, tree, new OciLayout(tree, root), new OciNaming(tree.Name), wanted);

    /// <summary>Adds the images of <c>oci:PATH[:REF]</c> or <c>oci-archive:FILE[:REF]</c>.</summary>
    /// <exception cref="BundleException">It is no layout, or has no image, or not the one that is wanted.</exception>
    public static void AddTo(SourceSet sources, string source, CancellationToken cancellation)
    {
        var (path, wanted) = TransportPath.Split(source);
        var tree = FileTree.Open(sources, path, cancellation);
        var root = RootOf(tree) ?? throw new Fault(FaultId.SourceMissing, $"{path} is no OCI image layout: it has no {IndexName} and {MarkName}")
        {
            Entry = path,
            Hint = "name the folder that has them, or a tar archive of it",
        }.ToException();
        AddTo(sources, tree, root, wanted, cancellation);
    }

    /// <summary>Where in a tree a layout is, the nearest to the top; null where it has none.</summary>
    public static string? RootOf(FileTree tree) => tree.RootsOf(MarkName).Cast<string?>().FirstOrDefault(root => tree.File(FileTree.Join(root!, IndexName)) is not null);

    /// <summary>Adds the images of a layout.</summary>
    /// <param name="wanted">The name of the one that is wanted, as the index has it; null for all.</param>
    /// <exception cref="BundleException">It has no image, or not the one that is wanted.</exception>
    public static void AddTo(SourceSet sources, FileTree tree, string root, string? wanted, CancellationToken cancellation)
    {
        var before = (sources.Images.Count, sources.Known);
        var source = new OciSource(sources, tree, root, wanted);
        source.Add(tree.File(FileTree.Join(root, IndexName))!, Limits.Index, 1, cancellation);
        source.AddNameless(before.Count, cancellation);
        if (sources.Known == before.Known)
        {
            throw new Fault(wanted is null ? FaultId.SourceMissing : FaultId.ImageUnknown, $"{tree.Name} has no image{(wanted is null ? "" : $" {wanted}")}")
            {
                Entry = tree.Name,
                Images = wanted is null ? [] : [wanted],
                Hint = wanted is null ? "copy images into it first" : $"the names are annotations in its {IndexName}",
            }.ToException();
        }
    }

    // Whether anything below has a name.
    private bool Add(BlobLocation index, int limit, int depth, CancellationToken cancellation)
    {
        var named = false;
        foreach (var entry in OciEntry.Read(index, limit))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!entry.IsManifest)
            {
                // Other content is no error, and no image.
                continue;
            }

            if (entry.IsNamed)
            {
                named = true;
                AddNamed(entry);
            }
            else if (entry.Digest is { } digest && !(depth < Limits.ManifestDepth && IsIndexOfNames(digest, entry, depth, cancellation, ref named)) && depth == 1)
            {
                _nameless.Add(digest);
            }
        }

        return named;
    }

    // An index within the index may be but a list of further names.
    private bool IsIndexOfNames(Digest digest, OciEntry entry, int depth, CancellationToken cancellation, ref bool named)
    {
        if (entry.MediaType is null || !MediaTypes.IsList(entry.MediaType) || _layout.Manifest(digest) is not { } location || location.Length > Limits.Manifest)
        {
            return false;
        }

        var below = Add(location, Limits.Manifest, depth + 1, cancellation);
        named |= below;
        return below;
    }

    private void AddNamed(OciEntry entry)
    {
        if (_wanted is not null && entry.RefName != _wanted && entry.ContainerdName != _wanted)
        {
            return;
        }

        var reference = _naming.Of(entry);
        BrokenImage.Guard(_sources, reference.Name, reference.Tag, () =>
        {
            if (entry.Digest is not { } digest || (reference.Digest is { } claimed && claimed != digest))
            {
                throw new Fault(FaultId.SourceInvalid, $"{_tree.Name} has {reference} with the digest '{TarName.Printable(entry.DigestText)}', which {(entry.Digest is null ? "is of no supported kind (sha256)" : "is another one")}")
                {
                    Entry = _tree.Name,
                    Hint = "make the layout anew",
                }.ToException();
            }

            if (_added.Add((reference.Name.Full, reference.Tag, digest)))
            {
                ImageWalk.Add(_sources, _layout, reference, digest);
            }
        });
    }

    private void AddNameless(int before, CancellationToken cancellation)
    {
        var reached = _sources.Images.Skip(before).SelectMany(image => image.Manifests).Select(one => one.Digest).ToHashSet();
        var rest = Referrers.Add(_sources, _layout, before, () => _nameless.Distinct().Where(digest => !reached.Contains(digest)), cancellation);
        if (_wanted is not null || rest.Count == 0)
        {
            return;
        }

        var name = _naming.Base;
        _sources.Warn($"{_tree.Name} has {(rest.Count == 1 ? "an image" : $"{rest.Count} images")} without a name: {name.Full}@{rest[0]}{(rest.Count == 1 ? "" : " and so on")}");
        foreach (var digest in rest)
        {
            BrokenImage.Guard(_sources, name, null, () => ImageWalk.Add(_sources, _layout, new ImageReference(name, null, digest), digest));
        }
    }
}
