using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Reading;

namespace Bundle.Verify;

/// <summary>Collects what is wrong, from any thread, and makes a report of it: places in the package, digests, images.</summary>
internal sealed class DamageLog
{
    private const int Most = 10_000;

    private readonly Lock _lock = new();
    private readonly List<(int Frame, Fault Fault)> _inFrames = [];
    private readonly List<Fault> _others = [];
    private readonly Dictionary<int, (long Offset, int Length)> _places = [];

    /// <summary>Whether nothing is wrong so far.</summary>
    public bool IsClean
    {
        get
        {
            lock (_lock)
            {
                return _inFrames.Count == 0 && _others.Count == 0;
            }
        }
    }

    /// <summary>Remembers where a frame stands.</summary>
    public void Place(int frame, long offset, int length)
    {
        lock (_lock)
        {
            _places[frame] = (offset, length);
        }
    }

    /// <summary>A fault within a frame.</summary>
    public void Add(int frame, Fault fault)
    {
        lock (_lock)
        {
            if (_inFrames.Count < Most)
            {
                _inFrames.Add((frame, fault));
            }
        }
    }

    /// <summary>A fault with a place of its own.</summary>
    public void Add(Fault fault)
    {
        lock (_lock)
        {
            if (_others.Count < Most)
            {
                _others.Add(fault);
            }
        }
    }

    /// <summary>The faults in the order of their places.</summary>
    /// <param name="layout">Null where the index cannot be read.</param>
    /// <param name="damaged">The damaged ranges of the package's bytes, in order; null where the range checksums are not to be had.</param>
    public IReadOnlyList<Fault> Report(PackageLayout? layout, IReadOnlyList<(long Offset, long Length)>? damaged)
    {
        var impact = layout is null ? null : new ImpactMap(layout);
        var faults = _others.ToList();
        foreach (var (frame, fault) in _inFrames)
        {
            faults.Add(Located(frame, fault, layout, impact, damaged));
        }

        // A range that no fault explains: bytes that differ without a difference in content.
        foreach (var (offset, length) in damaged ?? [])
        {
            if (!faults.Any(f => f.Offset < offset + length && f.Offset + Math.Max(1, f.Length ?? 1) > offset))
            {
                faults.Add(new Fault(FaultId.RangeDamaged, "bytes of the package are damaged [RANGE-1]")
                {
                    Offset = offset,
                    Length = length,
                    Images = layout is null ? [] : ImagesIn(offset, length, layout, impact!),
                });
            }
        }

        return [.. faults.OrderBy(f => f.Offset ?? long.MaxValue)];
    }

    /// <summary>Compares range checksums; neighbours are made one.</summary>
    public static List<(long Offset, long Length)> Compare(IReadOnlyList<ulong> actual, IReadOnlyList<ulong> stated, long dataLength)
    {
        var result = new List<(long Offset, long Length)>();
        for (var i = 0; i < Math.Max(actual.Count, stated.Count); i++)
        {
            if (i < actual.Count && i < stated.Count && actual[i] == stated[i])
            {
                continue;
            }

            var offset = (long)i * Limits.Range;
            var length = Math.Max(1, Math.Min(Limits.Range, dataLength - offset));
            if (result.Count > 0 && result[^1].Offset + result[^1].Length == offset)
            {
                result[^1] = (result[^1].Offset, result[^1].Length + length);
            }
            else
            {
                result.Add((offset, length));
            }
        }

        return result;
    }

    private Fault Located(int frame, Fault fault, PackageLayout? layout, ImpactMap? impact, IReadOnlyList<(long Offset, long Length)>? damaged)
    {
        var place = _places.TryGetValue(frame, out var known) ? known : (fault.Offset ?? 0, (int)(fault.Length ?? 0));
        var (offset, end) = (place.Item1, place.Item1 + place.Item2);
        if (damaged?.Where(d => d.Offset < end && d.Offset + d.Length > offset).ToList() is { Count: > 0 } within)
        {
            (offset, end) = (Math.Max(offset, within[0].Offset), Math.Min(end, within[^1].Offset + within[^1].Length));
        }

        if (layout is null || impact is null || frame >= layout.Frames.Count)
        {
            return fault with { Offset = offset, Length = end - offset };
        }

        var span = layout.Frames[frame];
        return fault with
        {
            Offset = offset,
            Length = end - offset,
            Entry = fault.Entry ?? (span.IsData ? layout.NameOf(span.FirstEntry) : null),
            Digest = fault.Digest ?? (span.IsData ? layout.DigestOf(span.FirstEntry) : null),
            Images = fault.Digest is not null && span.IsData is false ? ImagesOf(fault, layout, impact, span) : impact.Of(span),
        };
    }

    // A fault of one small entry hits the images of that entry, not all that share its frame.
    private static IReadOnlyList<string> ImagesOf(Fault fault, PackageLayout layout, ImpactMap impact, PackageFrame span)
    {
        for (var entry = span.FirstEntry; entry < span.FirstEntry + span.EntryCount; entry++)
        {
            if (layout.DigestOf(entry) == fault.Digest)
            {
                return impact.Of(entry);
            }
        }

        return impact.Of(span);
    }

    private IReadOnlyList<string> ImagesIn(long offset, long length, PackageLayout layout, ImpactMap impact) =>
        [.. _places.Where(p => p.Key < layout.Frames.Count && p.Value.Offset < offset + length && p.Value.Offset + p.Value.Length > offset)
            .SelectMany(p => impact.Of(layout.Frames[p.Key])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
