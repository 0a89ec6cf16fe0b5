using System.Net;
using Bundle.Cli.Terminal;
using Bundle.Index;
using Bundle.IO;
using Bundle.Serve;

namespace Bundle.Cli.Output;

/// <summary>
/// What <c>bundle serve</c> says once it serves: the address alone on standard output, for scripts to read; the rest on standard
/// error. <c>bundle.serve/1</c>: url, name, bundleDigest, images, blobs, files, verified, warnings.
/// </summary>
internal static class ServeReport
{
    public static void Print(ServeOptions options, string url, bool verified, Messages messages)
    {
        var package = options.Package;
        string[] warnings = [.. Warnings(options)];
        using var writer = Session.OpenOutput();
        if (messages.Json)
        {
            writer.WriteLine(JsonText.Write(json =>
            {
                json.WriteString("schema", "bundle.serve/1");
                json.WriteString("url", url);
                json.WriteString("name", package.Name);
                json.WriteString("bundleDigest", package.BundleDigest.ToString());
                JsonText.Counts(json, package.Index);
                json.WriteBoolean("verified", verified);
                json.WriteStrings("warnings", warnings);
            }));
            return;
        }

        writer.WriteLine(url);
        writer.Flush();
        messages.Warnings(warnings);
        messages.Summary($"serving {package.Name}: {Sizes.Count(package.Index.Images.Count, "image")}, {Sizes.Count(package.Index.Files.Count, "file")}, "
            + (verified ? "verified" : "not verified as a whole (--verify does), but nothing damaged is sent as if it were right") + "; end it with Ctrl-C");
    }

    private static IEnumerable<string> Warnings(ServeOptions options)
    {
        if (!IPAddress.IsLoopback(options.Listen.Address) && options.Passwords is null)
        {
            yield return $"everybody who reaches {options.Listen} can read the package; --basic-auth asks for a password";
        }

        if (options.Package.Index.Blobs.Count(blob => blob.Data == BlobData.Base) is > 0 and var lent)
        {
            yield return $"the package is incremental: {Sizes.Count(lent, "blob")} that it relies on are not in it, and images that need them cannot be pulled";
        }
    }
}
