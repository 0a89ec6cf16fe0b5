using System.Text;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Sources.Trees;

namespace Bundle.Sources.Storage;

/// <summary>Link files of a registry's storage: a digest, and not a byte more (distribution, registry/storage/linkedblobstore.go).</summary>
internal static class StorageLink
{
    /// <summary>What a link file says; null where there is none.</summary>
    /// <exception cref="BundleException">It says something else.</exception>
    public static Digest? Read(FileTree tree, string path)
    {
        if (tree.File(path) is not { } location)
        {
            return null;
        }

        var text = location.Length == Digest.TextLength ? Encoding.ASCII.GetString(location.ReadAll(Digest.TextLength)) : "";
        return Digest.TryParse(text, out var digest) ? digest : throw Invalid(location.Name, "is no link to a sha256 digest: a registry could not use it either");
    }

    /// <summary>Refuses a link file that stands for another digest than its path says; where there is none, nothing is said.</summary>
    /// <exception cref="BundleException">It does.</exception>
    public static void Check(FileTree tree, string path, Digest digest)
    {
        if (Read(tree, path) is { } target && target != digest)
        {
            throw Invalid(tree.Shown(path), $"links to {target}");
        }
    }

    private static BundleException Invalid(string path, string what) =>
        new Fault(FaultId.SourceInvalid, $"{path} {what}") { Entry = path, Hint = "the store is damaged: push the image to it again" }.ToException();
}
