using Bundle.Cli.Terminal;
using Bundle.Create;
using Bundle.IO;

namespace Bundle.Cli.Output;

/// <summary>
/// What <c>bundle create</c> says. <c>bundle.create/1</c>: output (null for standard output), bundleDigest, images, blobs, files,
/// packageSize, parts (null for one file), blobSize, treeSize, bases, omitted, warnings, signedBy (a key id, or null). It goes to standard error where the package itself goes to standard output.
/// </summary>
internal static class CreateReport
{
    public static void Print(CreateResult result, string? output, Messages messages)
    {
        var index = result.Index;
        if (messages.Json)
        {
            var document = JsonText.Write(json =>
            {
                json.WriteString("schema", "bundle.create/1");
                json.WriteString("output", output);
                json.WriteString("bundleDigest", result.BundleDigest.ToString());
                JsonText.Counts(json, index);
                json.WriteNumber("packageSize", result.PackageSize);
                json.WriteNumberOrNull("parts", result.Parts);
                json.WriteNumber("blobSize", result.BlobSize);
                json.WriteNumber("treeSize", result.TreeSize);
                BaseText.Json(json, index);
                json.WriteStrings("warnings", result.Warnings);
                json.WriteString("signedBy", result.SignedBy?.ToString());
            });
            if (output is null)
            {
                Messages.Line(document);
                return;
            }

            using var writer = Session.OpenOutput();
            writer.WriteLine(document);
            return;
        }

        messages.Warnings(result.Warnings);
        messages.Summary($"wrote {output ?? "standard output"}{(result.Parts is { } parts ? ", " + Sizes.Count(parts, "part") : "")}: {Sizes.Count(index.Images.Count, "image")}, {Sizes.Count(index.Blobs.Count, "blob")}, "
            + $"{Sizes.Of(result.PackageSize)} ({Sizes.AsFolders(result.PackageSize, result.TreeSize)}), {Sizes.Count(index.Files.Count, "file")}; "
            + $"bundle digest {result.BundleDigest}" + (result.SignedBy is { } key ? $", signed by {key}" : ""));
        foreach (var line in BaseText.Lines(index))
        {
            messages.Summary(line);
        }
    }
}
