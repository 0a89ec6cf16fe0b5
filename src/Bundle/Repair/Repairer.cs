using Bundle.Faults;
using Bundle.Format;
using Bundle.IO;
using Bundle.Parts;
using Bundle.Reading;
using Bundle.Verify;

namespace Bundle.Repair;

/// <summary>
/// Mends a damaged package from a good copy. The range checksums of the copy tell which ranges of 64 KiB differ (spec section 6); these alone are fetched, and
/// the tables at the end. The result is verified as a whole before the package, or the name of a copy of it, becomes it.
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
        using var damaged = PackageFile.OpenFile(PackageInput.File(options.Path), tolerant: true);
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

        using var target = Target(options, split, damaged, good, comparison, cancellation);
        Fetch(comparison, good, target, progress, cancellation);
        using var result = target.OpenResult();
        var report = Verifier.Run(result, options.Threads, progress, cancellation);
        if (report.IsWhole)
        {
            target.Accept();
        }
        else
        {
            target.Reject();
        }

        return new RepairResult(damaged.Name, good.BundleDigest, places, good.BytesRead, good.Length, formerSize, report);
    }

    private static IRepairTarget Target(RepairOptions options, SplitPackage? split, PackageFile damaged, GoodCopy good, Comparison comparison, CancellationToken cancellation)
    {
        IPlace? place = null;
        try
        {
            if (options.Output is { } output)
            {
                return new CopyTarget(damaged, good, comparison, output, options.Force, options.Sync, cancellation);
            }

            place = split is not null ? new PartsPlace(split) : new FilePlace(options.Path);
            return new StagedTarget(place, split, damaged, good, comparison, split?.Path ?? options.Path, options.Sync);
        }
        catch (Exception e)
        {
            place?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new Fault(FaultId.Io, $"cannot write {options.Path}: {e.Message}") { Entry = options.Path, Hint = "check the permissions, or write a whole copy elsewhere with --output FILE" }.ToException(e);
            }

            throw;
        }
    }

    private static void Fetch(Comparison comparison, GoodCopy good, IRepairTarget target, IProgressSink progress, CancellationToken cancellation)
    {
        var wanted = comparison.Ranges.Where(range => !target.Has(range)).ToList();
        progress.Start("repairing", wanted.Sum(range => good.RangeOf(range).Length));
        good.Expect(wanted);
        var bytes = new byte[Limits.Range];
        foreach (var range in wanted)
        {
            cancellation.ThrowIfCancellationRequested();
            var place = good.RangeOf(range);
            var piece = bytes.AsSpan(0, (int)place.Length);
            good.Read(range, piece);
            target.Write(piece, place.Offset);
            progress.Advance(place.Length);
        }
    }
}
