using Bundle.Cli.Terminal;
using Bundle.IO;
using Bundle.Parts;
using Bundle.Verify;

namespace Bundle.Cli.Output;

/// <summary>
/// What <c>bundle verify</c> says, on standard output: the report is the data. <c>bundle.verify/1</c>: name, whole, size, bundleDigest,
/// images, blobs, files, bases, omitted, faults (id, message, entry, offset, length, digest, images, hint), affectedImages, signatures (keyId, verdict: valid, invalid, unchecked). Where the index cannot be read, bundleDigest
/// and the counts are null, and every image is affected.
/// </summary>
internal static class VerifyReportText
{
    public static void Print(VerifyReport report, Messages messages)
    {
        using (var writer = Session.OpenOutput())
        {
            if (messages.Json)
            {
                writer.WriteLine(Json(report));
            }
            else if (report.IsWhole)
            {
                writer.WriteLine(Plain.Text($"{report.Name}: whole: {Content(report)}{Sizes.Of(report.Size)}, bundle digest {report.BundleDigest}"));
                foreach (var line in report.Index is { } index ? BaseText.Lines(index) : [])
                {
                    writer.WriteLine(line);
                }

                if (SignatureText.Of(report.Signatures) is { } signed)
                {
                    writer.WriteLine(signed);
                }
            }
            else
            {
                Damage(report, writer);
            }
        }

        if (!report.IsWhole && !messages.Json)
        {
            var name = report.Name;
            Messages.Line(report.IsDamaged
                ? $"bundle: error: {name} is damaged: {Sizes.Count(report.Faults.Count, "fault")}, {Affected(report)}"
                : $"bundle: error: {name} is not trusted: {report.Signatures.Fault!.Message}");
            Messages.Line("bundle: hint: " + Hint(report));
        }
    }

    private static string Hint(VerifyReport report) => Advice(report) + (IsOnDisk(report.Name) ? $"; or mend it from a good copy: bundle repair {report.Name} --from GOOD|URL" : "");

    private static bool IsOnDisk(string name) => File.Exists(name) || File.Exists(PartNames.ListOf(name));

    private static string Advice(VerifyReport report) =>
        report.Faults.Select(fault => fault.Hint).FirstOrDefault(hint => hint is not null) ?? "transfer the package again, and verify it before it is used";

    private static string Content(VerifyReport report) => report.Index is { } index
        ? Sizes.Count(index.Images.Count, "image") + ", " + Sizes.Count(index.Blobs.Count, "blob") + ", "
        : "";

    private static string Affected(VerifyReport report)
    {
        if (report.Index is not { } index)
        {
            return "every image affected";
        }

        var references = report.AffectedImages.ToHashSet(StringComparer.Ordinal);
        return $"{index.Images.Count(image => image.References.Any(references.Contains))} of {Sizes.Count(index.Images.Count, "image")} affected";
    }

    private static void Damage(VerifyReport report, TextWriter writer)
    {
        foreach (var fault in report.Faults)
        {
            writer.WriteLine(Plain.Text($"{fault.Id}: {fault.Message}"));
            foreach (var detail in FaultText.Details(fault))
            {
                writer.WriteLine(Plain.Text("  " + detail));
            }

            writer.WriteLine();
        }

        var affected = report.Index is null ? "all: the index cannot be read" : string.Join(", ", report.AffectedImages);
        writer.WriteLine(Plain.Text("affected images: " + (affected.Length == 0 ? "none" : affected)));
    }

    private static string Json(VerifyReport report) => JsonText.Write(json =>
    {
        json.WriteString("schema", "bundle.verify/1");
        json.WriteString("name", report.Name);
        json.WriteBoolean("whole", report.IsWhole);
        json.WriteNumber("size", report.Size);
        json.WriteString("bundleDigest", report.BundleDigest?.ToString());
        json.WriteNumberOrNull("images", report.Index?.Images.Count);
        json.WriteNumberOrNull("blobs", report.Index?.Blobs.Count);
        json.WriteNumberOrNull("files", report.Index?.Files.Count);
        if (report.Index is { } known)
        {
            BaseText.Json(json, known);
        }

        json.WriteStartArray("faults");
        foreach (var fault in report.Faults)
        {
            json.WriteStartObject();
            JsonText.FaultMembers(json, fault);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStrings("affectedImages", report.AffectedImages);
        SignatureText.Json(json, report.Signatures);
    });
}
