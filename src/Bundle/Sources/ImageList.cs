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
        using var lines = new StringReader(Text(path));
        while (lines.ReadLine() is { } line)
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

    // It may be a pipe, whose length nobody knows.
    private static string Text(string path)
    {
        using var file = File.OpenRead(path);
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (file.Read(buffer) is > 0 and var read)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > Limits.ImageList)
            {
                throw new Fault(FaultId.SourceInvalid, $"the list of images {path} has more than {Limits.ImageList} bytes") { Entry = path, Hint = "name fewer images in one list" }.ToException();
            }
        }

        bytes.Position = 0;
        using var reader = new StreamReader(bytes);
        return reader.ReadToEnd();
    }

    private static string Shown(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
