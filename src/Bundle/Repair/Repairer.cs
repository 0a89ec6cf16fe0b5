using Bundle.Faults;
using Bundle.Format;
using Bundle.IO;
using Bundle.Parts;
using Bundle.Reading;
using Bundle.Verify;

namespace Bundle.Repair;

/// <summary>
/// Mends a damaged package from a good copy. The range checksums of the copy tell which ranges of 64 KiB differ (spec section 6); these alone are fetched, and
/// the tables at the end, and the result is verified as a whole.
/// </summary>
public static class Repairer
{
    /// <summary>Repairs a package; one that is whole already stays as it is.</summary>
    /// <exception cref="BundleException">The copy is of another package, or damaged itself; or a file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static RepairResult Run(RepairOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        if (options is { Output: { } output, Force: false } && Path.Exists(output))
        {
            throw AtomicOutput.Exists(output).ToException();
        }

        using var good = GoodCopy.Open(options.From);
        using var damaged = PackageFile.Open(PackageInput.File(options.Path), tolerant: true);
        if (damaged.Length is not { } formerSize)
        {
            throw new Fault(FaultId.Io, $"{options.Path} is no regular file") { Entry = options.Path, Hint = "give the damaged package's file" }.ToException();
        }

        var split = SplitPackage.Find(options.Path);
        if (split is not null && (split.List.BundleDigest != good.BundleDigest || split.List.Size != good.Length))
        {
            throw new Fault(FaultId.OtherPackage, $"{good.Name} is no copy of {damaged.Name}: the list of parts is of other content") { Entry = good.Name, Hint = "give a copy of the same package; nothing was changed" }.ToException();
        }

        var comparison = Comparison.Make(damaged, good, proven: split is not null, progress, cancellation);
        var places = comparison.Places(good);
        if (options.DryRun)
        {
            return new RepairResult(damaged.Name, good.BundleDigest, places, good.BytesRead, good.Length, formerSize, null);
        }

        using var target = Target(options, split, damaged, good.Length, cancellation);
        Mend(comparison, good, target, progress, cancellation);
        target.Finish(good.Length, options.Sync);
        using var result = target.OpenResult();
        var report = Verifier.Run(result, options.Threads, progress, cancellation);
        if (report.IsWhole)
        {
            target.Accept();
        }

        return new RepairResult(damaged.Name, good.BundleDigest, places, good.BytesRead, good.Length, formerSize, report);
    }

    private static IRepairTarget Target(RepairOptions options, SplitPackage? split, PackageFile damaged, long length, CancellationToken cancellation)
    {
        try
        {
            return options.Output is { } output ? new CopyTarget(damaged, length, output, options.Force, cancellation)
                : split is not null ? new PartsTarget(split) : new FileTarget(options.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Fault(FaultId.Io, $"cannot write {options.Path}: {e.Message}") { Entry = options.Path, Hint = "check the permissions, or write a whole copy elsewhere with --output FILE" }.ToException(e);
        }
    }

    private static void Mend(Comparison comparison, GoodCopy good, IRepairTarget target, IProgressSink progress, CancellationToken cancellation)
    {
        progress.Start("repairing", comparison.Ranges.Sum(range => good.RangeOf(range).Length));
        good.Expect(comparison.Ranges);
        var bytes = new byte[Limits.Range];
        foreach (var range in comparison.Ranges)
        {
            cancellation.ThrowIfCancellationRequested();
            var place = good.RangeOf(range);
            var piece = bytes.AsSpan(0, (int)place.Length);
            good.Read(range, piece);
            target.Write(piece, place.Offset);
            progress.Advance(place.Length);
        }

        if (comparison.TailDiffers)
        {
            target.Write(good.Tail, good.DataLength);
        }
    }
}
