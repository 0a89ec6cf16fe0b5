using Bundle.Faults;
using Bundle.Format;

namespace Bundle.Reading;

/// <summary>Says of a fault where in the package it lies, and which images it hits.</summary>
/// <param name="tables">Null where the package is read in one pass: then places are not known.</param>
internal sealed class DamagePlace(PackageLayout layout, PackageTables? tables)
{
    private readonly ImpactMap _impact = new(layout);

    /// <summary>A fault of one frame.</summary>
    public Fault InFrame(int number, Fault fault)
    {
        var frame = layout.Frames[number];
        return fault with
        {
            Entry = fault.Entry ?? (frame.IsData ? layout.NameOf(frame.FirstEntry) : null),
            Digest = fault.Digest ?? (frame.IsData ? layout.DigestOf(frame.FirstEntry) : null),
            Offset = tables?.OffsetOf(number),
            Length = tables?[number].Compressed,
            Images = _impact.Of(frame),
        };
    }

    /// <summary>An entry, in some frames that follow each other, whose content does not have its digest.</summary>
    public Fault OfEntry(int entry, int firstFrame, int count) => new(FaultId.ContentDamaged, "the content does not have its digest")
    {
        Entry = layout.NameOf(entry),
        Digest = layout.DigestOf(entry),
        Offset = tables?.OffsetOf(firstFrame),
        Length = tables is null ? null : tables.OffsetOf(firstFrame + count - 1) + tables[firstFrame + count - 1].Compressed - tables.OffsetOf(firstFrame),
        Images = _impact.Of(entry),
    };
}
