using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Sources.Layout;

/// <summary>
/// What the images of a layout or an archive are called. Where it says a tag alone, or nothing, the repository is the base name
/// of the folder or the file: <c>app.tar</c> with the tag <c>1.0</c> has <c>app:1.0</c>.
/// </summary>
internal sealed class OciNaming(string path)
{
    private static readonly string[] Endings = [".gz", ".tgz", ".zst", ".zstd", ".xz", ".txz", ".bz2", ".tbz2", ".tar", ".oci"];

    private readonly string _base = BaseOf(path);

    /// <summary>The name of images that have none.</summary>
    /// <exception cref="BundleException">The base name cannot be one.</exception>
    public ImageName Base => ImageName.TryParse(_base) ?? throw new Fault(FaultId.NameInvalid, $"{path} has images without a name, and '{TarNameOf(_base)}' can be none")
    {
        Entry = path,
        Hint = "rename it to what the images shall be called (lower-case letters, digits and single separators . _ - between them), or name the images in it",
    }.ToException();

    /// <summary>The reference of a descriptor that has a name.</summary>
    /// <exception cref="BundleException">Its name is none.</exception>
    public ImageReference Of(OciEntry entry)
    {
        // Some write the whole reference and a short form of it: the short form is what the user called it.
        var whole = entry.ContainerdName is { } name ? Parse(name) : null;
        if (entry.RefName is not { } text)
        {
            return whole!;
        }

        if (text.AsSpan().IndexOfAny('/', ':', '@') >= 0 && (whole is null || ImageReference.TryParse(text) is not null))
        {
            var reference = Parse(text);
            return whole is null || IsShortFor(reference, whole) ? reference : whole;
        }

        return whole ?? (ImageName.IsTag(text) ? new ImageReference(Base, text, null) : Parse(text));
    }

    private static bool IsShortFor(ImageReference reference, ImageReference whole) =>
        reference.Name.Normalized == whole.Name.Normalized && reference.Tag == whole.Tag && reference.Digest == whole.Digest;

    private ImageReference Parse(string text) => ImageReference.TryParse(text) ?? throw new Fault(FaultId.SourceInvalid, $"{path} has an image named '{TarNameOf(text)}', which is no image reference")
    {
        Entry = path,
        Hint = "name it anew, such as product/app:1.0",
    }.ToException();

    private static string BaseOf(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        while (Endings.FirstOrDefault(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) && name.Length > ending.Length) is { } found)
        {
            name = name[..^found.Length];
        }

        return name;
    }

    private static string TarNameOf(string text) => Trees.TarName.Printable(text);
}
