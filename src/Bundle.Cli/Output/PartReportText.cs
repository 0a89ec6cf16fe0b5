using Bundle.Cli.Terminal;
using Bundle.List;
using Bundle.Verify;

namespace Bundle.Cli.Output;

/// <summary>What <c>bundle verify --part</c> says, on standard output. <c>bundle.verify-part/1</c>: name, whole, part, parts, size, statedSize, digest.</summary>
internal static class PartReportText
{
    public static void Print(PartReport report, Messages messages)
    {
        var place = $"part {report.Number} of {report.Count}";
        using (var writer = Session.OpenOutput())
        {
            writer.WriteLine(messages.Json ? Json(report) : Plain.Text($"{report.Name}: {(report.IsWhole ? "whole" : "damaged")}: {place}, {Sizes.Of(report.Size)}"));
        }

        if (!report.IsWhole && !messages.Json)
        {
            var what = report.Size == report.Stated.Size ? "does not have its digest" : $"has {report.Size} bytes instead of {report.Stated.Size}";
            Messages.Line($"bundle: error: {report.Name}, {place}, {what}");
            Messages.Line("bundle: hint: transfer this part again");
        }
    }

    private static string Json(PartReport report) => JsonText.Write(json =>
    {
        json.WriteString("schema", "bundle.verify-part/1");
        json.WriteString("name", report.Name);
        json.WriteBoolean("whole", report.IsWhole);
        json.WriteNumber("part", report.Number);
        json.WriteNumber("parts", report.Count);
        json.WriteNumber("size", report.Size);
        json.WriteNumber("statedSize", report.Stated.Size);
        json.WriteString("digest", report.Stated.Digest.ToString());
    });
}
