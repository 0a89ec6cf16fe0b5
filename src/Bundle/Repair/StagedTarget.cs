using Bundle.Access;
using Bundle.Parts;
using Bundle.Reading;

namespace Bundle.Repair;

/// <summary>
/// Mends a package in place. Range checksums do not prove content (spec section 6), and whoever made the copy made them too; so what is fetched waits in a file
/// beside, the package is verified as it would be with it, and only then are the damaged ranges written. A run that is killed leaves a package
/// that is no worse, and the next one goes on from there.
/// </summary>
internal sealed class StagedTarget(IPlace place, SplitPackage? split, PackageFile damaged, GoodCopy good, Comparison comparison, string path, bool sync) : IRepairTarget
{
    private readonly RepairStage _stage = new(path);
    private readonly byte[] _range = new byte[Limits.Range];

    public bool Has(int range)
    {
        var bytes = Bytes(range);
        return _stage.Read(bytes, good.RangeOf(range).Offset) == bytes.Length && good.Holds(range, bytes);
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => _stage.Write(bytes, offset);

    public PackageFile OpenResult()
    {
        var mended = new MendedSource(damaged, good, comparison, _stage);
        ByteSource source = split is null ? mended : new PartedSource(split.Path, split.List, Part, split.PathOf, tolerant: true);
        return new PackageFile(source);

        // Each part has to have the digest that the user's own list gives it.
        ByteSource Part(int part) => new PieceSource(mended, new ByteRange(split.List.OffsetOf(part), split.List.Parts[part].Size), split.PathOf(part));
    }

    public void Accept()
    {
        foreach (var range in comparison.Ranges)
        {
            var bytes = Bytes(range);
            _ = _stage.Read(bytes, good.RangeOf(range).Offset);
            place.Write(bytes, good.RangeOf(range).Offset);
        }

        if (comparison.TailDiffers)
        {
            place.Write(good.Tail, good.DataLength);
        }

        place.Finish(good.Length, sync);
        _stage.Remove();
    }

    public void Reject() => _stage.Remove();

    public void Dispose()
    {
        _stage.Dispose();
        place.Dispose();
    }

    private Span<byte> Bytes(int range) => _range.AsSpan(0, (int)good.RangeOf(range).Length);
}
