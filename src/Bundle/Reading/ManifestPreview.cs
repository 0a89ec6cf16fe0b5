using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;

namespace Bundle.Reading;

/// <summary>Reads manifests before the rest of a package is looked at, from a pipe too: they stand first in it (spec TAR-2).</summary>
internal static class ManifestPreview
{
    /// <summary>Reads some manifests.</summary>
    /// <param name="frames">The frames behind the head.</param>
    /// <param name="first">The number of the next frame.</param>
    /// <param name="wanted">Positions of manifests in the index; what is not in the package is passed over.</param>
    /// <exception cref="BundleException">One is damaged.</exception>
    public static IReadOnlyDictionary<int, Manifest> Read(HeldFrames frames, int first, PackageLayout layout, IReadOnlySet<int> wanted)
    {
        var found = new Dictionary<int, Manifest>();
        var large = new Dictionary<int, MemoryStream>();
        using var codec = new FrameCodec();
        for (var number = first; number < layout.Frames.Count && found.Count < wanted.Count; number++)
        {
            var frame = layout.Frames[number];
            var content = new byte[frame.Length];
            if (frames.Hold() is not { } bytes || !ZstdFrame.TryReadHeader(bytes, out _, out var length) || length != content.Length || !codec.TryDecompress(bytes, content))
            {
                throw Damaged();
            }

            foreach (var segment in layout.Segments(frame))
            {
                var entry = layout.Entries[segment.Entry];
                if (segment.Kind != SegmentKind.Data || entry.Kind != EntryKind.Blob || !wanted.Contains(entry.Number))
                {
                    continue;
                }

                if (!large.TryGetValue(entry.Number, out var stream))
                {
                    large.Add(entry.Number, stream = new MemoryStream());
                }

                stream.Write(content, segment.Offset, segment.Length);
                if (stream.Length == entry.Size)
                {
                    found.Add(entry.Number, Parse(layout, entry.Number, stream.ToArray()));
                    large.Remove(entry.Number);
                }
            }
        }

        return found;
    }

    private static Manifest Parse(PackageLayout layout, int blob, byte[] bytes)
    {
        if (Digest.Of(bytes) != layout.Index.Blobs[blob].Digest)
        {
            throw Damaged();
        }

        try
        {
            return Manifest.Parse(bytes);
        }
        catch (FormatException e)
        {
            throw new Fault(FaultId.ManifestInvalid, e.Message) { Digest = layout.Index.Blobs[blob].Digest }.ToException(e);
        }
    }

    private static BundleException Damaged() => new Fault(FaultId.ContentDamaged, "the package is damaged where its manifests are")
    {
        Hint = Hints.Damaged,
    }.ToException();
}
