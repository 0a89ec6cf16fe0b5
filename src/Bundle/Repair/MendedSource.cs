using Bundle.Access;
using Bundle.IO;
using Bundle.Reading;

namespace Bundle.Repair;

/// <summary>A package as it will be when it is mended: what is damaged comes from beside, all else from where it is. It owns none of them.</summary>
internal sealed class MendedSource : ByteSource
{
    private readonly PackageFile _damaged;
    private readonly GoodCopy _good;
    private readonly RepairStage _stage;
    private readonly bool[] _differs;

    public MendedSource(PackageFile damaged, GoodCopy good, Comparison comparison, RepairStage stage)
    {
        (_damaged, _good, _stage, _differs) = (damaged, good, stage, new bool[good.Ranges]);
        foreach (var range in comparison.Ranges)
        {
            _differs[range] = true;
        }
    }

    /// <inheritdoc/>
    public override string Name => _damaged.Name;

    /// <inheritdoc/>
    public override long Length => _good.Length;

    /// <inheritdoc/>
    protected override int ReadSome(Span<byte> target, long offset)
    {
        if (offset >= _good.DataLength)
        {
            var tail = _good.Tail.AsSpan((int)(offset - _good.DataLength));
            tail = tail[..Math.Min(tail.Length, target.Length)];
            tail.CopyTo(target);
            return tail.Length;
        }

        var first = (int)(offset / Limits.Range);
        var end = first + 1;
        while (end < _differs.Length && _differs[end] == _differs[first] && _good.RangeOf(end).Offset - offset < target.Length)
        {
            end++;
        }

        target = target[..(int)Math.Min(target.Length, _good.RangeOf(end - 1).End - offset)];
        return _differs[first] ? _stage.Read(target, offset) : _damaged.Source!.Read(target, offset);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}

/// <summary>A piece of another source, which it does not own.</summary>
internal sealed class PieceSource(ByteSource whole, ByteRange piece, string name) : ByteSource
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override long Length => piece.Length;

    /// <inheritdoc/>
    protected override int ReadSome(Span<byte> target, long offset) =>
        whole.Read(target[..(int)Math.Min(target.Length, piece.Length - offset)], piece.Offset + offset);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
