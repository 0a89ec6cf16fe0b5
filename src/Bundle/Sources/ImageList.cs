using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>A text file of references: one a line, <c>#</c> begins a comment.</summary>
internal static class ImageList
{
    /// <summary>Reads a list.</summary>
    /// <exception cref="BundleException">It is not there, empty, or holds something else.</exception>
    public static IReadOnlyList<ImageReference> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new Fault(FaultId.SourceMissing, $"the list of images {path} does not exist") { Entry = path, Hint = "check the path given to --images-from" }.ToException();
        }

        var references = new List<ImageReference>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var comment = line.IndexOf('#', StringComparison.Ordinal);
            var text = (comment < 0 ? line : line[..comment]).Trim();
            if (text.Length == 0)
            {
                continue;
            }

            references.Add(ImageReference.TryParse(text) ?? throw new Fault(FaultId.NameInvalid, $"{path}, line {number}: '{Shown(text)}' is no image reference")
            {
                Entry = path,
                Hint = "one reference a line, such as registry.example/product/base:1.0 or product/base@sha256:…",
            }.ToException());
        }

        return references.Count > 0 ? references
            : throw new Fault(FaultId.SourceMissing, $"the list of images {path} names none") { Entry = path, Hint = "one reference a line; # begins a comment" }.ToException();
    }

    private static string Shown(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
