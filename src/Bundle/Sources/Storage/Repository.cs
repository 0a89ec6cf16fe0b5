using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using Bundle.Sources.Trees;

namespace Bundle.Sources.Storage;

/// <summary>
/// A repository of a registry's storage. Blobs are taken from where the storage keeps them for all repositories, or from another
/// storage where it lacks one, as of one that a mirror wrote into several archives; a link that is there has to be right, one that is
/// missing is not missed, as some mirrors leave them out.
/// </summary>
/// <param name="all">All storages that images come from.</param>
internal sealed class Repository(StorageRoot storage, IReadOnlyList<StorageRoot> all, ImageName name) : ImageStore
{
    private const string Sha512 = "sha512";

    private readonly FileTree _tree = storage.Tree;
    private readonly string _folder = FileTree.Join(storage.Root, "repositories/" + name.Full);

    /// <inheritdoc/>
    public override string Origin => _tree.Shown(_folder);

    /// <inheritdoc/>
    public override string Remedy => "push the image to the registry again, or copy the store anew; a registry itself does not notice such damage. Of a store in several archives, name them all";

    /// <inheritdoc/>
    public override BlobLocation? Manifest(Digest digest)
    {
        StorageLink.Check(_tree, $"{_folder}/_manifests/revisions/sha256/{digest.Hex}/link", digest);
        return Data(digest);
    }

    /// <inheritdoc/>
    public override BlobLocation? Blob(Descriptor blob)
    {
        StorageLink.Check(_tree, $"{_folder}/_layers/sha256/{blob.Digest.Hex}/link", blob.Digest);
        return Data(blob.Digest);
    }

    /// <inheritdoc/>
    public override string PlaceOf(Digest digest, bool isManifest) => _tree.Shown(storage.PathOf(digest));

    /// <summary>Adds every tag, and revisions without one that are about what has one: their <c>subject</c> says so.</summary>
    public void AddTo(SourceSet sources, CancellationToken cancellation)
    {
        var before = sources.Images.Count;
        foreach (var tag in _tree.Folders(_folder + "/_manifests/tags"))
        {
            cancellation.ThrowIfCancellationRequested();
            BrokenImage.Guard(sources, name, tag, () => AddTag(sources, tag));
        }

        Referrers.Add(sources, this, before, () => Untagged(sources, before), cancellation);
    }

    private void AddTag(SourceSet sources, string tag)
    {
        var path = $"{_folder}/_manifests/tags/{tag}/current/link";
        if (!ImageName.IsTag(tag))
        {
            throw Invalid(_tree.Shown(path), "belongs to no valid tag");
        }

        var digest = StorageLink.Read(_tree, path) ?? throw Invalid(_tree.Shown(path), "is missing: the tag points nowhere");
        ImageWalk.Add(sources, this, new ImageReference(name, tag, null), digest);
    }

    // A digest by sha512 is a second name of a blob that is kept by its sha256.
    private IEnumerable<Digest> Untagged(SourceSet sources, int before)
    {
        var known = sources.Images.Skip(before).SelectMany(image => image.Manifests).Select(manifest => manifest.Digest).ToHashSet();
        foreach (var algorithm in (string[])["sha256", Sha512])
        {
            foreach (var hex in _tree.Folders($"{_folder}/_manifests/revisions/{algorithm}"))
            {
                if (algorithm == Sha512 && StorageLink.Read(_tree, $"{_folder}/_manifests/revisions/{algorithm}/{hex}/link") is { } alias && known.Add(alias))
                {
                    yield return alias;
                }
                else if (algorithm != Sha512 && Digest.TryParseHex(hex, out var digest) && known.Add(digest))
                {
                    yield return digest;
                }
            }
        }
    }

    private BlobLocation? Data(Digest digest) => storage.Data(digest) ?? all.Where(one => one != storage).Select(one => one.Data(digest)).FirstOrDefault(data => data is not null);

    private static BundleException Invalid(string path, string what) =>
        new Fault(FaultId.SourceInvalid, $"{path} {what}") { Entry = path, Hint = "the store is damaged: push the image to it again" }.ToException();
}
