using Bundle.Format;
using Bundle.Model;

namespace Bundle.Reading;

/// <summary>
/// The frames that small entries share. The last few stay decoded, as neighbours are asked for one after the other:
/// a manifest, its config, the next manifest.
/// </summary>
internal sealed class SharedFrames(FrameReader frames)
{
    private const int Kept = 4;

    private readonly LinkedList<(int Number, Lazy<Decoded> Frame)> _recent = [];
    private readonly Lock _lock = new();

    /// <summary>A small entry's data, verified.</summary>
    /// <exception cref="Faults.BundleException">It is damaged, or cannot be read.</exception>
    public ArraySegment<byte> Read(int number, int entry)
    {
        var frame = Get(number);
        var data = new ArraySegment<byte>(frame.Content, frame.Offsets[entry - frame.FirstEntry], (int)frames.Layout.Entries[entry].Size);
        return Digest.Of(data) == frames.Layout.DigestOf(entry) ? data : throw frames.Damaged(entry, number, 1);
    }

    private Decoded Get(int number)
    {
        Lazy<Decoded>? wanted = null;
        lock (_lock)
        {
            for (var node = _recent.First; node is not null && wanted is null; node = node.Next)
            {
                if (node.Value.Number == number)
                {
                    wanted = node.Value.Frame;
                    _recent.Remove(node);
                }
            }

            wanted ??= new Lazy<Decoded>(() => Decode(number));
            _recent.AddFirst((number, wanted));
            if (_recent.Count > Kept)
            {
                _recent.RemoveLast();
            }
        }

        try
        {
            return wanted.Value;
        }
        catch
        {
            // What failed may do better the next time it is asked for.
            lock (_lock)
            {
                _recent.Remove((number, wanted));
            }

            throw;
        }
    }

    private Decoded Decode(int number)
    {
        var frame = frames.Layout.Frames[number];
        var content = new byte[frame.Length];
        frames.Read(number, content);
        var offsets = new int[frame.EntryCount];
        foreach (var segment in frames.Layout.Segments(frame))
        {
            if (segment.Kind == SegmentKind.Data)
            {
                offsets[segment.Entry - frame.FirstEntry] = segment.Offset;
            }
        }

        return new Decoded(content, frame.FirstEntry, offsets);
    }

    private sealed record Decoded(byte[] Content, int FirstEntry, int[] Offsets);
}
