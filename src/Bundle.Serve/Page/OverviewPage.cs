using System.Security.Cryptography;
using System.Text;
using Bundle.List;
using Bundle.Reading;

namespace Bundle.Serve.Page;

/// <summary>
/// The page for people at <c>/</c>: what the package holds, what is shared, and how to pull it. One document, no other resource;
/// everything but copying and filtering works without its script.
/// </summary>
internal sealed class OverviewPage(PackageReader reader)
{
    // A page has to stay one that a browser shows; 'bundle list' tells of any number.
    private const int MostImages = 2000, MostTags = 30, MostFiles = 5000;

    private static readonly string Style = Own("page.css"), Script = Own("page.js");
    private readonly Lazy<Listing> _listing = new(() => Lister.Of(reader.Index, reader.BundleDigest, reader.Size));

    /// <summary>What the page may load and run: its own style and script, by their hashes, and nothing else (CSP level 3).</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src '{Hash(Style)}'; script-src '{Hash(Script)}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The document.</summary>
    /// <param name="host">The server as its reader reaches it.</param>
    public byte[] Write(string host, bool tls)
    {
        var html = new Html();
        var name = Path.GetFileName(reader.Name);
        html.Add($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{name} – Bundle</title>
            <link rel="icon" href="data:,">
            <style>
            """);
        html.AddOwn(Style);
        html.Add($"</style>\n</head>\n<body>\n<header>\n<h1>{name}</h1>\n");
        html.Add($"<p class=\"lead\">A read-only registry at <code>{host}</code>, straight from the package</p>\n");
        if (reader.Index.IsIncremental)
        {
            html.Add($"<p class=\"lead\">The package is incremental: images that need blobs of its base cannot be pulled from here</p>\n");
        }

        Totals(html, _listing.Value);
        html.Add($"</header>\n<main>\n");
        Images(html, _listing.Value, new PullCommands(host, tls));
        if (!tls)
        {
            html.Add($"<p class=\"note\">This server speaks plain HTTP. Docker takes that from loopback; for other hosts name <code>{host}</code> under <code>insecure-registries</code> of its daemon.json.</p>\n");
        }

        Files(html);
        html.Add($"</main>\n<footer>Bundle digest <code>{reader.BundleDigest.ToString()}</code></footer>\n<script>");
        html.AddOwn(Script);
        html.Add($"</script>\n</body>\n</html>\n");
        return Encoding.UTF8.GetBytes(html.ToString());
    }

    private static void Totals(Html html, Listing listing)
    {
        html.Add($"<dl class=\"totals\">\n");
        Total("Images", Number(listing.Images.Count));
        Total("Blobs", Number(listing.Index.Blobs.Count));
        Total("Package", Sizes.Of(listing.PackageSize!.Value));
        Total("As separate images", Sizes.Of(listing.TreeSize));
        if (Sizes.Saved(listing.PackageSize.Value, listing.TreeSize) is { } percent)
        {
            Total("Saved", percent + " %");
        }

        html.Add($"</dl>\n");

        void Total(string what, string value) => html.Add($"<div><dt>{what}</dt><dd>{value}</dd></div>\n");
    }

    private static void Images(Html html, Listing listing, PullCommands commands)
    {
        html.Add($"<div class=\"bar\"><h2>Images <span class=\"count\">{listing.Images.Count}</span></h2>\n");
        if (listing.Images.Count > 5)
        {
            html.Add($"<p class=\"filter\"><label>Filter <input id=\"filter\" type=\"search\" autocomplete=\"off\" placeholder=\"name, tag, platform, digest\"></label> <span id=\"shown\" class=\"note\" role=\"status\"></span></p>\n");
        }

        html.Add($"</div>\n<ul class=\"images\">\n");
        foreach (var image in listing.Images.Take(MostImages))
        {
            Image(html, image, commands);
        }

        html.Add($"</ul>\n");
        if (listing.Images.Count > MostImages)
        {
            html.Add($"<p class=\"note\">and {listing.Images.Count - MostImages} more: <code>bundle list</code> tells of all.</p>\n");
        }
    }

    private static void Image(Html html, ListedImage listed, PullCommands commands)
    {
        var image = listed.Image;
        var tags = image.Tags.Take(MostTags).ToList();
        var find = string.Join(' ', [image.Name.Full, .. tags, .. image.Platforms, image.Digest.ToString()]).ToLowerInvariant();
        html.Add($"<li class=\"image\" data-find=\"{find}\">\n<h3>");
        if (image.Name.Host is { } host)
        {
            html.Add($"<span class=\"host\">{host}/</span>");
        }

        html.Add($"{image.Name.Repository}</h3>\n<ul class=\"chips\" aria-label=\"Tags and platforms\">");
        foreach (var tag in tags)
        {
            html.Add($"<li class=\"tag\">{tag}</li>");
        }

        if (image.Tags.Count > tags.Count)
        {
            html.Add($"<li>and {image.Tags.Count - tags.Count} more tags</li>");
        }

        foreach (var platform in image.Platforms.Take(MostTags))
        {
            html.Add($"<li>{platform}</li>");
        }

        var percent = listed.Size == 0 ? 0 : (int)(100.0 * listed.Shared / listed.Size);
        html.Add($"</ul>\n<div class=\"facts\"><div class=\"size\"><b>{Sizes.Of(listed.Size)}</b>");
        if (listed.Shared > 0)
        {
            html.Add($", {percent} % shared<svg class=\"share\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{percent}\" height=\"1\"/></svg>");
        }

        html.Add($"</div>\n");
        html.Add($"<div class=\"digest\"><code>{image.Digest.ToString()}</code><button type=\"button\" class=\"copy\" aria-label=\"Copy the digest\">Copy</button></div></div>\n");
        html.Add($"<details><summary>Pull it</summary>\n<div class=\"commands\">\n");
        foreach (var (tool, command) in commands.Of(image))
        {
            html.Add($"<span>{tool}</span><pre>{command}</pre><button type=\"button\" class=\"copy\" aria-label=\"Copy the {tool} command\">Copy</button>\n");
        }

        html.Add($"</div></details>\n</li>\n");
    }

    private void Files(Html html)
    {
        var files = reader.Index.Files;
        if (files.Count == 0)
        {
            return;
        }

        html.Add($"<h2>Files <span class=\"count\">{files.Count}</span></h2>\n<div class=\"scroll\"><table>\n");
        html.Add($"<thead><tr><th scope=\"col\">Path</th><th scope=\"col\">Mode</th><th scope=\"col\" class=\"number\">Size</th><th scope=\"col\">Digest</th></tr></thead>\n<tbody>\n");
        foreach (var file in files.Take(MostFiles))
        {
            var link = FilesApi.Root + string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString));
            html.Add($"<tr><td><a href=\"{link}\" download>{file.Path}</a></td><td class=\"mono\">{file.ModeText}</td><td class=\"number\">{Sizes.Of(file.Size)}</td><td class=\"mono\">{file.Digest.ToString()}</td></tr>\n");
        }

        html.Add($"</tbody></table></div>\n");
        if (files.Count > MostFiles)
        {
            html.Add($"<p class=\"note\">and {files.Count - MostFiles} more.</p>\n");
        }
    }

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Own(string name)
    {
        using var reader = new StreamReader(typeof(OverviewPage).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
