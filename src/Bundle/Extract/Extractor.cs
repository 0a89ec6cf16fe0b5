using Bundle.Access;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Reading;

namespace Bundle.Extract;

/// <summary>Extracts packages: reader → verifier → store.</summary>
public static class Extractor
{
    /// <summary>Extracts a package, or some of its images. Nothing unverified appears under a final name.</summary>
    /// <exception cref="BundleException">The package is damaged or not signed as it has to be, or the destination cannot take it.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static ExtractResult Run(ExtractOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        using var file = PackageFile.Open(options.Input);
        var frames = file.Frames();
        var head = PackageHead.Read(frames, options.Keys is { } keys ? keys.Require : null);
        var selected = ImageSelection.Select(head.Index, options.Images);
        var layout = new PackageLayout(head);
        var tables = file.Length is null ? null : PackageTables.Require(file, layout);

        var held = new HeldFrames(frames);
        if (options.Form == TargetForm.DockerArchive)
        {
            selected = SinglePlatform.Choose(held, head.Frames, layout, selected, options.Platform);
        }

        using var target = ExtractTarget.Open(options, head.Index, selected);
        target.Prepare(progress, cancellation);
        var passedOver = Lending.Bring(head.Index, selected, target, options, progress, cancellation);
        using (var sink = new TargetSink(layout, target, selected, options.NoFiles))
        {
            var plan = new FramePlan(layout, sink, everything: options.Images.Count == 0 && file.Source is not { IsDistant: true });
            RequirePresent(file, tables, plan, layout);
            progress.Start("extracting", plan.Bytes);
            using var processor = new FrameProcessor(layout, sink, options.Threads, new DamageStop(layout, tables).Report);
            if (tables is not null)
            {
                ReadByTable(file, tables, plan, processor, options.Threads, progress, cancellation);
            }
            else
            {
                ReadInOrder(frames, held, head.Frames, plan, processor, layout, progress, cancellation);
            }

            processor.Finish();
            cancellation.ThrowIfCancellationRequested();
            if (processor.FinalFaults().FirstOrDefault() is { } fault)
            {
                throw (fault with { Hint = Hints.Damaged }).ToException();
            }
        }

        target.Finish(cancellation);
        var result = target.Result(head.Index, head.BundleDigest);
        return result with { Warnings = [.. passedOver.Select(fault => fault.Message + "; another base stood in for it"), .. result.Warnings] };
    }

    // Parts that are missing are told before anything is written, with all that is lost with them.
    private static void RequirePresent(PackageFile file, PackageTables? tables, FramePlan plan, PackageLayout layout)
    {
        var gaps = tables is null ? [] : file.Source!.Gaps();
        if (gaps.Count == 0)
        {
            return;
        }

        var impact = new ImpactMap(layout);
        var hit = Enumerable.Range(0, layout.Frames.Count).Where(plan.IsWanted)
            .Where(frame => gaps.Any(gap => gap.Range.Overlaps(new ByteRange(tables!.OffsetOf(frame), tables[frame].Compressed)))).ToList();
        if (hit.Count > 0)
        {
            var fault = gaps.First(gap => hit.Any(frame => gap.Range.Overlaps(new ByteRange(tables!.OffsetOf(frame), tables[frame].Compressed)))).Fault;
            throw (fault with
            {
                Images = [.. hit.SelectMany(frame => impact.Of(layout.Frames[frame])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            }).ToException();
        }
    }

    private static void ReadByTable(
        PackageFile file, PackageTables tables, FramePlan plan, FrameProcessor processor, int lanes, IProgressSink progress, CancellationToken cancellation)
    {
        file.Expect(tables, plan.Interleaved(lanes));
        foreach (var number in plan.Interleaved(lanes))
        {
            var buffer = processor.Rent(cancellation);
            var length = (int)tables[number].Compressed;
            try
            {
                if (!file.TryRead(buffer.AsSpan(0, length), tables.OffsetOf(number)))
                {
                    throw new Fault(FaultId.Truncated, $"{file.Name} became shorter while it was read").ToException();
                }
            }
            catch
            {
                processor.Return(buffer);
                throw;
            }

            processor.Submit(number, buffer, length);
            progress.Advance(plan.LengthOf(number));
        }
    }

    private static void ReadInOrder(
        FrameStream frames, HeldFrames held, int first, FramePlan plan, FrameProcessor processor, PackageLayout layout, IProgressSink progress, CancellationToken cancellation)
    {
        for (var number = first; number < layout.Frames.Count; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            var status = held.Read(out var frame);
            if (status != FrameStatus.Data || held.ContentLength != layout.Frames[number].Length)
            {
                // What came before may be damaged too, and is told first.
                processor.Finish();
                var cut = status == FrameStatus.Cut;
                throw new Fault(cut ? FaultId.Truncated : FaultId.FrameInvalid, cut ? "the package ends too early" : "a frame is damaged")
                {
                    Offset = held.Offset,
                    Images = new ImpactMap(layout).Of(layout.Frames[number]),
                    Hint = Hints.Again,
                }.ToException();
            }

            if (plan.IsWanted(number))
            {
                var buffer = processor.Rent(cancellation);
                frame.Span.CopyTo(buffer);
                processor.Submit(number, buffer, frame.Length);
                progress.Advance(plan.LengthOf(number));
            }
        }

        var end = frames.Read(out _);
        var tail = end == FrameStatus.Data
            ? new PackageTail(0, null, [new Fault(FaultId.TrailingBytes, "frames follow that the index does not know [FRAME-3]") { Offset = frames.Position }])
            : PackageTail.Read(frames, end, clean: true);
        var damaged = tail.Ranges is null ? [] : Verify.DamageLog.Compare(frames.Ranges.Finish(), tail.Ranges, frames.Ranges.Length);
        if (tail.Faults.Count > 0 || damaged.Count > 0)
        {
            processor.Finish();
            throw (tail.Faults.Count > 0 ? tail.Faults[0] with { Hint = Hints.Damaged } : new Fault(FaultId.RangeDamaged, "bytes of the package are damaged [RANGE-1]")
            {
                Offset = damaged[0].Offset,
                Length = damaged[0].Length,
                Hint = Hints.Damaged,
            }).ToException();
        }
    }
}
