using Bundle.Model;
using Bundle.Sources.Trees;

namespace Bundle.Sources.Storage;

/// <summary>A registry's storage, or that part of one which an archive of several holds.</summary>
/// <param name="Root">The folder in the tree that has <c>blobs</c> and <c>repositories</c>.</param>
internal sealed record StorageRoot(FileTree Tree, string Root)
{
    /// <summary>Where it keeps a blob, for all repositories; null where it does not have it.</summary>
    public BlobLocation? Data(Digest digest) => Tree.File(PathOf(digest));

    /// <summary>Where a blob has to be.</summary>
    public string PathOf(Digest digest) => FileTree.Join(Root, $"blobs/sha256/{digest.Hex[..2]}/{digest.Hex}/data");
}
