using Bundle.Faults;
using Bundle.IO;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Sources;

/// <summary>Finds skopeo <c>dir</c> images: a folder that is one, or a tree that contains some, as <c>skopeo sync</c> leaves it.</summary>
internal static class DirSource
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, RecurseSubdirectories = false };

    /// <summary>Adds the images below a path.</summary>
    /// <exception cref="BundleException">There are none, or one is unfinished or badly named.</exception>
    public static void AddTo(SourceSet sources, string path, CancellationToken cancellation)
    {
        var root = Path.TrimEndingDirectorySeparator(path);
        if (!Directory.Exists(root))
        {
            throw Missing(path, File.Exists(root) ? "is a file, not a folder of images" : "does not exist",
                File.Exists(root) ? "dir: means a folder made by 'skopeo copy … dir:' or 'skopeo sync --dest dir'" : RegistryNames.Advice(path));
        }

        if (OtherKind(root) is { } kind)
        {
            throw Missing(path, $"is {kind}, not a tree of skopeo dir images", "name it without dir:");
        }

        var images = sources.Images.Count;
        if (DirImage.IsImage(root))
        {
            DirImage.AddTo(sources, root, Path.GetFileName(Path.GetFullPath(root)));
        }

        Walk(sources, root, "", cancellation);
        if (sources.Images.Count == images)
        {
            throw Missing(path, "holds no image", "an image is a folder with a manifest.json, made by 'skopeo copy … dir:' or 'skopeo sync --dest dir'");
        }
    }

    private static void Walk(SourceSet sources, string root, string relative, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var folder in new DirectoryInfo(Path.Combine(root, relative)).EnumerateDirectories("*", Everything).OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            var name = relative.Length == 0 ? folder.Name : relative + "/" + folder.Name;
            var path = Path.Combine(root, name);
            if (folder.LinkTarget is not null)
            {
                sources.Warn($"{path} is a symbolic link, and not followed");
                continue;
            }

            if (DirImage.IsImage(path))
            {
                DirImage.AddTo(sources, path, name);
            }

            Walk(sources, root, name, cancellation);
        }
    }

    private static string? OtherKind(string root)
    {
        if (Directory.Exists(Path.Combine(root, "docker/registry/v2")))
        {
            return "a registry's storage";
        }

        return File.Exists(Path.Combine(root, "oci-layout")) ? "an OCI layout" : null;
    }

    private static BundleException Missing(string path, string what, string hint) =>
        new Fault(FaultId.SourceMissing, $"{path} {what}") { Entry = path, Hint = hint }.ToException();
}
