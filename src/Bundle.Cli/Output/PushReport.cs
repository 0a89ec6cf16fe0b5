using System.Text.Json;
using Bundle.Cli.Terminal;
using Bundle.IO;
using Bundle.Push;

namespace Bundle.Cli.Output;

/// <summary>
/// What <c>bundle push</c> says: a summary on standard error, and of a dry run, a table on standard output. <c>bundle.push/1</c>: source,
/// destination, dryRun, images (name, digest, target, references: reference, state (new, there, moved), was), tags, uploadedBlobs,
/// uploadedBytes, mountedBlobs, mountedBytes, presentBlobs, presentBytes, manifests, presentManifests, referrerLists, warnings. A blob counts once for
/// every repository; of a dry run, all numbers are what would be.
/// </summary>
internal static class PushReport
{
    public static void Print(PushResult result, PushOptions options, Messages messages)
    {
        if (messages.Json)
        {
            using var writer = Session.OpenOutput();
            writer.WriteLine(JsonText.Write(json => Json(json, result, options)));
            return;
        }

        messages.Warnings(result.Warnings);
        if (options.DryRun)
        {
            using var writer = Session.OpenOutput();
            string[] head = ["IMAGE", "TARGET", "STATE", "DIGEST"];
            Table.Write(writer, [head, .. result.Images.SelectMany(Rows).OrderBy(row => row[1], StringComparer.Ordinal)], rightAligned: []);
            writer.WriteLine();
            writer.WriteLine("would push " + Totals(result));
            return;
        }

        messages.Summary($"pushed {Totals(result)}; to {options.Destination}");
    }

    private static IEnumerable<string[]> Rows(PushedImage pushed) => pushed.References.Select(reference =>
        new[] { pushed.Image.Name.Full, reference.Reference, State(reference), "sha256:" + pushed.Image.Digest.Hex[..12] });

    private static string State(PushedReference reference) => reference.State switch
    {
        ReferenceState.New => "new",
        ReferenceState.There => "there",
        _ => "moves from sha256:" + reference.Was!.Value.Hex[..12],
    };

    private static string Totals(PushResult result) =>
        $"{Sizes.Count(result.Images.Count, "image")}, {Sizes.Count(result.Tags, "tag")} set; {Sizes.Count(result.Uploaded.Number, "blob")} uploaded "
        + $"({Sizes.Of(result.Uploaded.Bytes)}), {result.Mounted.Number} mounted ({Sizes.Of(result.Mounted.Bytes)}), {result.Present.Number} already there; "
        + $"{Sizes.Count(result.Manifests.Number, "manifest")} sent, {result.PresentManifests.Number} already there";

    private static void Json(Utf8JsonWriter json, PushResult result, PushOptions options)
    {
        json.WriteString("schema", "bundle.push/1");
        json.WriteString("source", options.Source.Name);
        json.WriteString("destination", options.Destination.ToString());
        json.WriteBoolean("dryRun", options.DryRun);
        json.WriteStartArray("images");
        foreach (var pushed in result.Images)
        {
            json.WriteStartObject();
            json.WriteString("name", pushed.Image.Name.Full);
            json.WriteString("digest", pushed.Image.Digest.ToString());
            json.WriteString("target", pushed.Target.Full);
            json.WriteStartArray("references");
            foreach (var reference in pushed.References)
            {
                json.WriteStartObject();
                json.WriteString("reference", reference.Reference);
                json.WriteString("state", reference.State switch { ReferenceState.New => "new", ReferenceState.There => "there", _ => "moved" });
                json.WriteString("was", reference.Was?.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("tags", result.Tags);
        Count(json, "uploaded", result.Uploaded);
        Count(json, "mounted", result.Mounted);
        Count(json, "present", result.Present);
        json.WriteNumber("manifests", result.Manifests.Number);
        json.WriteNumber("presentManifests", result.PresentManifests.Number);
        json.WriteNumber("referrerLists", result.ReferrerLists);
        json.WriteStrings("warnings", result.Warnings);
    }

    private static void Count(Utf8JsonWriter json, string what, PushCount count)
    {
        json.WriteNumber(what + "Blobs", count.Number);
        json.WriteNumber(what + "Bytes", count.Bytes);
    }
}
