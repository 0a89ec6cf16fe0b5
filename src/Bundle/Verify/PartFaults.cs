using Bundle.Access;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Parts;

namespace Bundle.Verify;

/// <summary>
/// Tells which parts of a split package are to blame (spec PART-4). What is wrong with the content of a part that is missing, or that is another part's,
/// is told as one fault of that part, with all images that it hits.
/// </summary>
internal static class PartFaults
{
    /// <summary>Adds the parts' faults to a report on the joined package.</summary>
    public static VerifyReport AddTo(VerifyReport report, PartedSource source, IReadOnlyList<Digest> digests)
    {
        var list = source.List;
        var inner = report.Faults.ToList();
        var faults = new List<Fault>();
        for (var part = 0; part < list.Parts.Count; part++)
        {
            if (Judge(source, part, digests[part]) is not { } verdict)
            {
                continue;
            }

            var range = new ByteRange(list.OffsetOf(part), list.Parts[part].Size);

            // What ends too early does so because of the last part.
            var reach = part == list.Parts.Count - 1 ? range with { Length = long.MaxValue - range.Offset } : range;
            var within = inner.Where(fault => fault.Offset is { } offset && new ByteRange(offset, Math.Max(1, fault.Length ?? 1)).Overlaps(reach)).ToList();
            faults.Add(verdict.Fault with
            {
                Entry = source.NameOf(part),
                Offset = range.Offset,
                Length = range.Length,
                Images = [.. within.SelectMany(fault => fault.Images).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            });
            if (verdict.Swallows)
            {
                inner.RemoveAll(within.Contains);
            }
        }

        if (report.BundleDigest is { } digest && digest != list.BundleDigest)
        {
            faults.Add(PartsListFormat.Invalid(source.Name + PartNames.ListSuffix, $"is of another package: of the bundle {list.BundleDigest} [PART-4]"));
        }

        return report with { Faults = [.. faults.Concat(inner).OrderBy(fault => fault.Offset ?? long.MaxValue)] };
    }

    // Swallows: whether nothing but the part as a whole is to be told of.
    private static (Fault Fault, bool Swallows)? Judge(PartedSource source, int part, Digest actual)
    {
        var (size, digest) = source.List.Parts[part];
        var name = source.NameOf(part);
        var place = $"part {part + 1} of {source.List.Parts.Count}";
        if (source.ActualLength(part) is not { } length)
        {
            return (new Fault(FaultId.PartMissing, $"{name} is missing: {place}") { Hint = "transfer this part too" }, true);
        }

        if (length != size)
        {
            return (new Fault(FaultId.PartDamaged, $"{name}, {place}, has {length} bytes instead of {size} [PART-2]") { Hint = "transfer this part again" }, length < size);
        }

        if (actual == digest)
        {
            return null;
        }

        for (var other = 0; other < source.List.Parts.Count; other++)
        {
            if (source.List.Parts[other].Digest == actual)
            {
                return (new Fault(FaultId.PartExchanged, $"{name}, {place}, holds the bytes of {source.NameOf(other)} [PART-4]") { Hint = "give the parts their right names" }, true);
            }
        }

        return (new Fault(FaultId.PartDamaged, $"{name}, {place}, is damaged: it does not have its digest [PART-4]") { Digest = digest, Hint = "transfer this part again" }, false);
    }
}
