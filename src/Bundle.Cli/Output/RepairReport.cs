using System.Text.Json;
using Bundle.Cli.Terminal;
using Bundle.List;
using Bundle.Repair;

namespace Bundle.Cli.Output;

/// <summary>
/// What <c>bundle repair</c> says, on standard output. <c>bundle.repair/1</c>: name, from, output (null where it was mended in place), bundleDigest, dryRun, size,
/// formerSize, ranges (offset, length), damagedBytes, fetchedBytes, whole (null for a dry run).
/// </summary>
internal static class RepairReport
{
    public static void Print(RepairResult result, RepairOptions options, Messages messages)
    {
        var damaged = result.Damaged.Sum(range => range.Length);
        using (var writer = Session.OpenOutput())
        {
            if (messages.Json)
            {
                writer.WriteLine(JsonText.Write(json => Json(json, result, options, damaged)));
            }
            else
            {
                foreach (var range in result.Damaged)
                {
                    writer.WriteLine($"{range.Offset}-{range.End - 1}");
                }
            }
        }

        var what = $"{Sizes.Count(result.Damaged.Count, "damaged place")}, {Sizes.Of(damaged)} of {Sizes.Of(result.Size)}, {Sizes.Of(result.FetchedBytes)} read from the copy";
        if (result.Verification is not { } verification)
        {
            messages.Summary($"{result.Name}: {what}; nothing was changed");
        }
        else if (verification.IsWhole)
        {
            messages.Summary($"{options.Output ?? result.Name} is whole: {what}; bundle digest {result.BundleDigest}");
        }
        else if (!messages.Json)
        {
            Messages.Line($"bundle: error: {result.Name} would not be whole, so nothing was changed: {verification.Faults[0].Message}");
            Messages.Line("bundle: hint: the copy is damaged too, or was tampered with, as 'bundle verify' shows: give another one with --from");
        }
    }

    private static void Json(Utf8JsonWriter json, RepairResult result, RepairOptions options, long damaged)
    {
        json.WriteString("schema", "bundle.repair/1");
        json.WriteString("name", result.Name);
        json.WriteString("from", options.From.Name);
        json.WriteString("output", options.Output);
        json.WriteString("bundleDigest", result.BundleDigest.ToString());
        json.WriteBoolean("dryRun", options.DryRun);
        json.WriteNumber("size", result.Size);
        json.WriteNumber("formerSize", result.FormerSize);
        json.WriteStartArray("ranges");
        foreach (var range in result.Damaged)
        {
            json.WriteStartObject();
            json.WriteNumber("offset", range.Offset);
            json.WriteNumber("length", range.Length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("damagedBytes", damaged);
        json.WriteNumber("fetchedBytes", result.FetchedBytes);
        if (result.Verification is { } verification)
        {
            json.WriteBoolean("whole", verification.IsWhole);
        }
        else
        {
            json.WriteNull("whole");
        }
    }
}
