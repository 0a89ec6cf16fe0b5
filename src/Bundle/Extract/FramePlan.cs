using Bundle.Format;
using Bundle.Reading;

namespace Bundle.Extract;

/// <summary>Which frames an extraction reads, and in which order.</summary>
internal sealed class FramePlan
{
    private readonly PackageLayout _layout;
    private readonly bool[] _wanted;

    /// <param name="everything">Whether frames are read and checked too that hold nothing but what follows from the index.</param>
    public FramePlan(PackageLayout layout, IContentSink sink, bool everything)
    {
        _layout = layout;
        _wanted = new bool[layout.Frames.Count];
        for (var i = 0; i < _wanted.Length; i++)
        {
            var frame = layout.Frames[i];
            _wanted[i] = frame.IsData
                ? (everything && layout.Entries[frame.FirstEntry].IsDerived) || sink.Wants(frame.FirstEntry)
                : everything || Enumerable.Range(frame.FirstEntry, frame.EntryCount).Any(sink.Wants);
            Bytes += _wanted[i] ? frame.Length : 0;
        }
    }

    /// <summary>The content of all wanted frames.</summary>
    public long Bytes { get; }

    /// <summary>Whether a frame is read.</summary>
    public bool IsWanted(int frame) => _wanted[frame];

    /// <summary>The content of a frame, in bytes.</summary>
    public int LengthOf(int frame) => _layout.Frames[frame].Length;

    /// <summary>
    /// The wanted frames, several large entries side by side so that each can be hashed on a core of its own. Manifests
    /// and other small entries come first; then large entries, the largest ones first, so that none is left alone at the end.
    /// </summary>
    public IEnumerable<int> Interleaved(int lanes)
    {
        var entries = new List<(int First, int Count, long Size)>();
        for (var i = 0; i < _wanted.Length; i++)
        {
            if (!_wanted[i])
            {
                continue;
            }

            if (!_layout.Frames[i].IsData)
            {
                yield return i;
                continue;
            }

            var first = i;
            while (i + 1 < _wanted.Length && _layout.Frames[i + 1].DataOffset > 0)
            {
                i++;
            }

            entries.Add((first, i - first + 1, _layout.Entries[_layout.Frames[first].FirstEntry].Size));
        }

        var queue = new Queue<(int First, int Count, long Size)>(entries.OrderByDescending(e => e.Size).ThenBy(e => e.First));
        var open = new (int Next, int Left)[Math.Max(1, lanes)];
        for (var busy = true; busy;)
        {
            busy = false;
            for (var lane = 0; lane < open.Length; lane++)
            {
                if (open[lane].Left == 0 && queue.TryDequeue(out var entry))
                {
                    open[lane] = (entry.First, entry.Count);
                }

                if (open[lane].Left > 0)
                {
                    yield return open[lane].Next;
                    open[lane] = (open[lane].Next + 1, open[lane].Left - 1);
                    busy = true;
                }
            }
        }
    }
}
