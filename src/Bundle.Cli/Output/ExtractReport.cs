using Bundle.Cli.Terminal;
using Bundle.Extract;
using Bundle.IO;

namespace Bundle.Cli.Output;

/// <summary>
/// What <c>bundle extract</c> says. <c>bundle.extract/1</c>: as, to, bundleDigest, images, writtenBlobs, writtenBytes, adoptedBlobs,
/// adoptedBytes (there already and valid), files, warnings.
/// </summary>
internal static class ExtractReport
{
    public static void Print(ExtractResult result, ExtractOptions options, string form, Messages messages)
    {
        if (messages.Json)
        {
            using var writer = Session.OpenOutput();
            writer.WriteLine(JsonText.Write(json =>
            {
                json.WriteString("schema", "bundle.extract/1");
                json.WriteString("as", form);
                json.WriteString("to", options.To);
                json.WriteString("bundleDigest", result.BundleDigest.ToString());
                json.WriteNumber("images", result.Images);
                json.WriteNumber("writtenBlobs", result.WrittenBlobs);
                json.WriteNumber("writtenBytes", result.WrittenBytes);
                json.WriteNumber("adoptedBlobs", result.AdoptedBlobs);
                json.WriteNumber("adoptedBytes", result.AdoptedBytes);
                json.WriteNumber("files", result.Files);
                json.WriteStrings("warnings", result.Warnings);
            }));
            return;
        }

        messages.Warnings(result.Warnings);
        messages.Summary($"extracted {Sizes.Count(result.Images, "image")} to {options.To}: {Sizes.Count(result.WrittenBlobs, "blob")} written "
            + $"({Sizes.Of(result.WrittenBytes)}), {result.AdoptedBlobs} already there" + (result.Files > 0 ? ", " + Sizes.Count(result.Files, "file") : ""));
    }
}
