using System.Text.Json;
using Bundle.Cli.Terminal;
using Bundle.Diff;
using Bundle.Index;

namespace Bundle.Cli.Output;

/// <summary>
/// What <c>bundle diff</c> says, on standard output: a row for each reference and extra file that came (+), went (-) or changed (~), then the
/// totals. <c>bundle.diff/1</c>: old, new (bundle digests), images (reference, change: added, removed or changed, before, after, newBytes), unchanged, files
/// (path, change), newBlobs, newBytes, goneBlobs, goneBytes.
/// </summary>
internal static class DiffReport
{
    public static void Print(Difference difference, Messages messages)
    {
        using var writer = Session.OpenOutput();
        if (messages.Json)
        {
            writer.WriteLine(JsonText.Write(json => Json(json, difference)));
            return;
        }

        if (difference.Images.Count > 0)
        {
            Table.Write(writer, [["", "REFERENCE", "NEW", "DIGEST"], .. difference.Images.Select(Row)], rightAligned: [2]);
            writer.WriteLine();
        }

        foreach (var file in difference.Files)
        {
            writer.WriteLine(Plain.Text($"{Sign(file.Before is not null, file.After is not null)}  files/{file.Path}"));
        }

        if (difference.Files.Count > 0)
        {
            writer.WriteLine();
        }

        writer.WriteLine($"{Sizes.Count(difference.Images.Count, "reference")} changed, {difference.Unchanged} as before; "
            + $"new: {Sizes.Count(difference.NewBlobs, "blob")}, {Sizes.Of(difference.NewBytes)}; no longer needed: {Sizes.Count(difference.GoneBlobs, "blob")}, {Sizes.Of(difference.GoneBytes)}");
    }

    private static string[] Row(ImageChange change)
    {
        var digest = string.Join(" -> ", new[] { change.Before, change.After }.OfType<Model.Digest>().Select(one => "sha256:" + one.Hex[..12]));
        return [Sign(change.Before is not null, change.After is not null), change.Reference, change.After is null ? "-" : Sizes.Of(change.NewBytes), digest];
    }

    private static string Sign(bool before, bool after) => before && after ? "~" : after ? "+" : "-";

    private static string Word(bool before, bool after) => before && after ? "changed" : after ? "added" : "removed";

    private static void Json(Utf8JsonWriter json, Difference difference)
    {
        json.WriteString("schema", "bundle.diff/1");
        json.WriteString("old", difference.Older.ToString());
        json.WriteString("new", difference.Newer.ToString());
        json.WriteStartArray("images");
        foreach (var change in difference.Images)
        {
            json.WriteStartObject();
            json.WriteString("reference", change.Reference);
            json.WriteString("change", Word(change.Before is not null, change.After is not null));
            json.WriteString("before", change.Before?.ToString());
            json.WriteString("after", change.After?.ToString());
            json.WriteNumber("newBytes", change.NewBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("unchanged", difference.Unchanged);
        json.WriteStartArray("files");
        foreach (var file in difference.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteString("change", Word(file.Before is not null, file.After is not null));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("newBlobs", difference.NewBlobs);
        json.WriteNumber("newBytes", difference.NewBytes);
        json.WriteNumber("goneBlobs", difference.GoneBlobs);
        json.WriteNumber("goneBytes", difference.GoneBytes);
    }
}
