using Bundle.Access;
using Bundle.Faults;

namespace Bundle.Parts;

/// <summary>The parts of a split package, read in place as if they were one.</summary>
/// <param name="name">What messages call the package.</param>
/// <param name="open">Opens a part, the first one is number 0; null where it is missing.</param>
/// <param name="nameOf">What messages call a part.</param>
/// <param name="tolerant">Whether zeros are read in the place of what is missing, rather than nothing at all.</param>
internal sealed class PartedSource(string name, PartsList list, Func<int, ByteSource?> open, Func<int, string> nameOf, bool tolerant) : ByteSource
{
    private readonly Lock _lock = new();
    private readonly bool[] _tried = new bool[list.Parts.Count];
    private readonly ByteSource?[] _parts = new ByteSource?[list.Parts.Count];
    private PartHasher? _hasher;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override long Length => list.Size;

    /// <inheritdoc/>
    public override long BytesRead => _parts.Sum(part => part?.BytesRead ?? 0);

    /// <inheritdoc/>
    public override bool IsDistant => Part(0) is { IsDistant: true };

    /// <summary>What the package consists of.</summary>
    public PartsList List => list;

    /// <summary>What messages call a part.</summary>
    public string NameOf(int part) => nameOf(part);

    /// <summary>How much of a part is there, at most its size; null where it is missing.</summary>
    public long? Present(int part) => Part(part) is { } source ? Math.Min(source.Length, list.Parts[part].Size) : null;

    /// <summary>A part's own length, which may be another than it should be; null where it is missing.</summary>
    public long? ActualLength(int part) => Part(part)?.Length;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceGap> Gaps()
    {
        var gaps = new List<SourceGap>();
        for (var i = 0; i < list.Parts.Count; i++)
        {
            var (size, offset) = (list.Parts[i].Size, list.OffsetOf(i));
            if (Present(i) is var present && (present ?? 0) < size)
            {
                gaps.Add(new SourceGap(new ByteRange(offset + (present ?? 0), size - (present ?? 0)), Missing(i)));
            }
        }

        return gaps;
    }

    /// <inheritdoc/>
    public override void Expect(IEnumerable<ByteRange> plan)
    {
        // Only distant parts fetch ahead, and each part has to know its own pieces of the plan.
        if (IsDistant)
        {
            var pieces = plan.SelectMany(Pieces).ToList();
            foreach (var group in pieces.GroupBy(piece => piece.Part))
            {
                Part(group.Key)?.Expect(group.Select(piece => piece.Range).ToList());
            }
        }
    }

    /// <summary>Computes the digest of every part on the way, of the bytes that are read in order.</summary>
    public PartHasher Hash() => _hasher ??= new PartHasher(this);

    /// <inheritdoc/>
    protected override int ReadSome(Span<byte> target, long offset)
    {
        var part = list.PartAt(offset);
        var within = offset - list.OffsetOf(part);
        target = target[..(int)Math.Min(target.Length, list.Parts[part].Size - within)];
        var read = 0;
        if (Part(part) is { } source && (read = source.Read(target, within)) > 0)
        {
            _hasher?.Pass(target[..read], offset);
            return read;
        }

        if (!tolerant)
        {
            throw Missing(part).ToException();
        }

        target.Clear();
        _hasher?.Pass(target, offset);
        return target.Length;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var part in _parts)
        {
            part?.Dispose();
        }

        _hasher?.Dispose();
    }

    private Fault Missing(int part) => Present(part) is { } there
        ? new Fault(FaultId.PartDamaged, $"{nameOf(part)} is cut: it has {there} of {list.Parts[part].Size} bytes") { Entry = nameOf(part), Hint = "transfer this part again" }
        : new Fault(FaultId.PartMissing, $"{nameOf(part)} is missing: part {part + 1} of {list.Parts.Count}") { Entry = nameOf(part), Hint = "transfer this part too" };

    private IEnumerable<(int Part, ByteRange Range)> Pieces(ByteRange range)
    {
        for (var at = range.Offset; at < range.End;)
        {
            var part = list.PartAt(at);
            var end = Math.Min(range.End, list.OffsetOf(part) + list.Parts[part].Size);
            yield return (part, new ByteRange(at - list.OffsetOf(part), end - at));
            at = end;
        }
    }

    private ByteSource? Part(int part)
    {
        lock (_lock)
        {
            if (!_tried[part])
            {
                _parts[part] = open(part);
                _tried[part] = true;
            }

            return _parts[part];
        }
    }
}
