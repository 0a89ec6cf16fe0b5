using System.Text.Json;
using Bundle.Cli.Terminal;
using Bundle.IO;
using Bundle.List;

namespace Bundle.Cli.Output;

/// <summary>
/// What <c>bundle list</c> says, on standard output: a table with a row for each reference, the same on a terminal and in a pipe, then the
/// totals. <c>bundle.list/1</c>: name, bundleDigest, packageSize (null for a stream), blobs, blobSize, treeSize, treeBlobs, bases, omitted, images (name,
/// repository, tags, byDigest, references, digest, mediaType, platforms, signatures, blobs, size, shared), files (path, mode, size, digest), signatures (keyId, verdict).
/// </summary>
internal static class ListReport
{
    public static void Print(Listing listing, string name, Messages messages)
    {
        using var writer = Session.OpenOutput();
        if (messages.Json)
        {
            writer.WriteLine(JsonText.Write(json => Json(json, listing, name)));
            return;
        }

        string[] head = ["REFERENCE", "PLATFORMS", "SIZE", "SHARED", "DIGEST"];
        Table.Write(writer, [head, .. listing.Images.SelectMany(Rows).OrderBy(row => row[0], StringComparer.Ordinal)], rightAligned: [2, 3]);
        Totals(writer, listing);
    }

    private static IEnumerable<string[]> Rows(ListedImage listed)
    {
        var image = listed.Image;
        var platforms = image.Platforms.Count == 0 ? "-" : string.Join(',', image.Platforms);
        return image.References.Select(reference =>
            new[] { reference, platforms, Sizes.Of(listed.Size), Sizes.Of(listed.Shared), "sha256:" + image.Digest.Hex[..12] });
    }

    private static void Totals(TextWriter writer, Listing listing)
    {
        var index = listing.Index;
        var package = listing.PackageSize is { } size ? ", package " + Sizes.Of(size) : "";
        writer.WriteLine();
        writer.WriteLine($"{Sizes.Count(index.Images.Count, "image")}, {Sizes.Count(index.Blobs.Count, "blob")}, {Sizes.Of(listing.BlobSize)} distinct{package} "
            + $"({Sizes.AsFolders(listing.PackageSize ?? listing.BlobSize, listing.TreeSize)}), {Sizes.Count(index.Files.Count, "file")}");
        writer.WriteLine($"bundle digest {listing.BundleDigest}");
        foreach (var line in BaseText.Lines(index))
        {
            writer.WriteLine(line);
        }

        if (SignatureText.Of(listing.Signatures) is { } signed)
        {
            writer.WriteLine(signed);
        }
    }

    private static void Json(Utf8JsonWriter json, Listing listing, string name)
    {
        json.WriteString("schema", "bundle.list/1");
        json.WriteString("name", name);
        json.WriteString("bundleDigest", listing.BundleDigest.ToString());
        json.WriteNumberOrNull("packageSize", listing.PackageSize);
        json.WriteNumber("blobs", listing.Index.Blobs.Count);
        json.WriteNumber("blobSize", listing.BlobSize);
        json.WriteNumber("treeSize", listing.TreeSize);
        json.WriteNumber("treeBlobs", listing.TreeBlobs);
        BaseText.Json(json, listing.Index);
        json.WriteStartArray("images");
        foreach (var listed in listing.Images)
        {
            Image(json, listed);
        }

        json.WriteEndArray();
        json.WriteStartArray("files");
        foreach (var file in listing.Index.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteString("mode", file.ModeText);
            json.WriteNumber("size", file.Size);
            json.WriteString("digest", file.Digest.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        SignatureText.Json(json, listing.Signatures);
    }

    private static void Image(Utf8JsonWriter json, ListedImage listed)
    {
        var image = listed.Image;
        json.WriteStartObject();
        json.WriteString("name", image.Name.Full);
        json.WriteString("repository", image.Name.Repository);
        json.WriteStrings("tags", image.Tags);
        json.WriteBoolean("byDigest", image.ByDigest);
        json.WriteStrings("references", image.References);
        json.WriteString("digest", image.Digest.ToString());
        json.WriteString("mediaType", image.MediaType);
        json.WriteStrings("platforms", image.Platforms);
        json.WriteNumber("signatures", image.Signatures.Count);
        json.WriteNumber("blobs", listed.Blobs);
        json.WriteNumber("size", listed.Size);
        json.WriteNumber("shared", listed.Shared);
        json.WriteEndObject();
    }
}
