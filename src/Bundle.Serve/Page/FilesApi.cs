using Bundle.Format;
using Bundle.Reading;
using Bundle.Serve.Http;
using Microsoft.AspNetCore.Http;

namespace Bundle.Serve.Page;

/// <summary>The package's extra files, to download. A browser never runs or shows them: they are not of this server's making.</summary>
internal sealed class FilesApi(PackageReader reader, ContentSender sender)
{
    /// <summary>Where they are.</summary>
    public const string Root = "/files/";

    private readonly Dictionary<string, int> _entries = Entries(reader);

    /// <summary>Answers a GET or HEAD below <see cref="Root"/>.</summary>
    /// <exception cref="Faults.BundleException">The file is damaged.</exception>
    public Task Answer(HttpContext context)
    {
        // Kestrel leaves %2F as it is, and no file has it in its place: only paths as they are in the index are found.
        var path = context.Request.Path.Value![Root.Length..];
        if (!_entries.TryGetValue(path, out var entry))
        {
            return Answers.SendError(context, RegistryError.NotFound, "the package has no such file");
        }

        var headers = context.Response.Headers;
        context.Response.ContentType = "application/octet-stream";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.ContentDisposition = "attachment; filename*=UTF-8''" + Uri.EscapeDataString(path[(path.LastIndexOf('/') + 1)..]);
        return sender.Send(context, entry, reader.Layout.DigestOf(entry)!.Value);
    }

    private static Dictionary<string, int> Entries(PackageReader reader)
    {
        var entries = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var entry = 0; entry < reader.Layout.Entries.Count; entry++)
        {
            if (reader.Layout.Entries[entry] is { Kind: EntryKind.File } file)
            {
                entries.Add(reader.Index.Files[file.Number].Path, entry);
            }
        }

        return entries;
    }
}
