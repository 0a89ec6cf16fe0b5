using Bundle.Faults;
using Bundle.Keys;

namespace Bundle.Verify;

/// <summary>
/// The checks that a receipt lists (spec section 9), each with a verdict: <c>passed</c>, <c>failed</c>, <c>incomplete</c> where damage kept
/// some of it from being looked at, and for signatures <c>skipped</c> where no key was given. What was not looked at is never called passed.
/// </summary>
internal static class ReceiptChecks
{
    private static readonly FaultId[] Frames = [FaultId.FrameInvalid, FaultId.Truncated, FaultId.NotABundle];
    private static readonly FaultId[] Index = [FaultId.IndexInvalid, FaultId.VersionUnknown, FaultId.FeatureUnknown, FaultId.LimitExceeded];

    private static readonly FaultId[] Parts = [FaultId.PartMissing, FaultId.PartDamaged, FaultId.PartExchanged, FaultId.PartsListInvalid];

    /// <summary>The checks in their order.</summary>
    public static IEnumerable<(string Name, string Verdict)> Of(VerifyOptions options, VerifyReport report)
    {
        var found = report.Faults.Select(fault => fault.Id).ToHashSet();
        var readable = report.Index is not null && !Array.Exists(Frames, found.Contains) && !found.Contains(FaultId.PartMissing);
        yield return ("parts", Verdict(complete: true, Parts));
        yield return ("frames", Verdict(complete: true, Frames));
        yield return ("index", Verdict(report.Index is not null, Index));
        yield return ("stream", Verdict(readable, FaultId.StreamInvalid));
        yield return ("contents", Verdict(readable, FaultId.ContentDamaged));
        yield return ("manifests", Verdict(readable && !found.Contains(FaultId.ContentDamaged), FaultId.ManifestInvalid));
        yield return ("rangeChecksums", Verdict(!found.Contains(FaultId.Truncated), FaultId.RangeDamaged, FaultId.RangeTableInvalid));
        yield return ("seekTable", Verdict(!found.Contains(FaultId.Truncated), FaultId.SeekTableInvalid));
        yield return ("end", Verdict(!found.Contains(FaultId.Truncated), FaultId.TrailingBytes));
        yield return ("signature", options.Keys is null ? "skipped" : Verdict(report.Index is not null, FaultId.SignatureMissing, FaultId.SignatureInvalid, FaultId.SignatureUntrusted));

        string Verdict(bool complete, params FaultId[] ids) => Array.Exists(ids, found.Contains) ? "failed" : complete ? "passed" : "incomplete";
    }

    /// <summary>What is known of the package's signatures: valid, invalid, untrusted, missing, unchecked, unreadable.</summary>
    public static string SignatureOf(VerifyOptions options, VerifyReport report) => report switch
    {
        { Index: null } => "unreadable",
        { Signatures.Signatures.Count: 0 } => "missing",
        { Signatures.Fault: { } fault } => fault.Id == FaultId.SignatureInvalid ? "invalid" : "untrusted",
        _ => options.Keys is null ? "unchecked" : "valid",
    };

    /// <summary>Whether no fault can concern an extra file: one that names no entry may lie in a frame that it shares.</summary>
    public static bool FilesAreWhole(VerifyReport report) => report.Index is not null && report.Faults.All(fault =>
        fault == report.Signatures.Fault || fault.Entry is { } entry && !entry.StartsWith("files/", StringComparison.Ordinal));
}
