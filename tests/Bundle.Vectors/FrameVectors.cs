using Bundle.Faults;
using static Bundle.Vectors.RawFrame;

namespace Bundle.Vectors;

/// <summary>Packages whose frames are not as they have to be.</summary>
internal static class FrameVectors
{
    private const int Usual = SingleSegment | HasChecksum;

    public static void AddTo(VectorSet set)
    {
        AddHeaders(set);
        AddBlocks(set);
        AddCuts(set);
    }

    private static void AddHeaders(VectorSet set)
    {
        // The window of 64 KiB is enough for the frame; a dictionary id of 0 means none.
        Last(set, "frame-1-window", "a window descriptor beside the content size", frame => Reheader(frame, HasChecksum, SizeBytes(frame), [0x30]));
        Last(set, "frame-1-window-8m", "a window descriptor of 8 MiB", frame => Reheader(frame, HasChecksum, SizeBytes(frame), [0x68]));
        Last(set, "frame-1-no-size", "no content size", frame => Reheader(frame, HasChecksum, 0, [0x30]));
        Last(set, "frame-1-dictionary", "a dictionary id", frame => Reheader(frame, Usual, SizeBytes(frame), [7], 1));
        Last(set, "frame-1-dictionary-0", "a dictionary id of 0", frame => Reheader(frame, Usual, SizeBytes(frame), [0], 1));
        Last(set, "frame-1-no-checksum", "no content checksum", frame => Reheader(frame, SingleSegment, SizeBytes(frame)));
        Last(set, "frame-1-size-4", "a content size in four bytes, where two hold it", frame => Reheader(frame, Usual, 4));
        Last(set, "frame-1-size-8", "a content size in eight bytes", frame => Reheader(frame, Usual, 8));
        Last(set, "frame-1-reserved", "the reserved bit is set", frame => Reheader(frame, Usual | Reserved, SizeBytes(frame)));
        Last(set, "frame-1-unused", "the unused bit is set", frame => Reheader(frame, Usual | Unused, SizeBytes(frame)));
        Last(set, "frame-1-magic", "a wrong magic number", frame => [0x27, .. frame[1..]]);
        Last(set, "frame-1-old-magic", "the magic number of zstd 0.7", frame => [0x27, 0xB5, 0x2F, 0xFD, .. frame[4..]]);
        Last(set, "frame-1-checksum", "a wrong content checksum", frame => [.. frame[..^1], (byte)(frame[^1] ^ 1)]);
        Last(set, "frame-1-size-more", "a content size that is one more than the blocks hold", frame => [.. frame[..5], (byte)(frame[5] + 1), .. frame[6..]]);
        Last(set, "frame-1-size-less", "a content size that is 256 less than the blocks hold", frame => [.. frame[..6], (byte)(frame[6] - 1), .. frame[7..]]);
    }

    private static void AddBlocks(VectorSet set)
    {
        Last(set, "frame-1-block-reserved", "a block of the reserved type", frame => [.. frame[..7], (byte)(frame[7] | 6), .. frame[8..]]);
        Last(set, "frame-1-block-cut", "a block that is longer than the frame", frame => [.. frame[..8], (byte)(frame[8] + 1), .. frame[9..]]);
        Last(set, "frame-1-block-not-last", "no block is the last", frame => [.. frame[..7], (byte)(frame[7] & ~1), .. frame[8..]]);
        Last(set, "frame-1-block-damaged", "a byte of a compressed block is flipped", frame => [.. frame[..(frame.Length / 2)], (byte)(frame[frame.Length / 2] ^ 0x55), .. frame[((frame.Length / 2) + 1)..]]);
        Large(set, "frame-1-block-large", "FRAME-1", "a block of more than 128 KiB", 1_000_000, (cuts, frames, at) => frames[at] = Zeros(1_000_000, block: 200_000));
        Last(set, "frame-1-skippable-inside", "a skippable frame stands before the last data frame", frame => [.. Skippable(), .. frame]);
        Last(set, "frame-2-empty", "an empty frame stands before the last data frame", frame => [.. Empty(), .. frame], "FRAME-2 FRAME-1");
        set.Bad("frame-2-empty-listed", "FRAME-2 FRAME-3", FaultId.RangeTableInvalid, "an empty frame, which the seek table lists, follows the data", forge => forge.Frames = frames => frames.Add(Empty()));
        Large(set, "frame-2-too-large", "FRAME-2 FRAME-3 LIM-1", "a frame of 2 MiB and a byte", 2_097_153, (cuts, frames, at) =>
        {
            frames[at] = Zeros(2_097_153);
            frames.RemoveAt(at + 1);
            cuts[at] = new byte[2_097_153];
            cuts.RemoveAt(at + 1);
        });
        Large(set, "frame-2-bomb", "FRAME-2 LIM-1", "a frame that states 256 MiB, which its blocks hold", 70_000, (_, frames, at) => frames[at] = Zeros(256 * 1024 * 1024));
        Large(set, "frame-2-bomb-hidden", "FRAME-2 FRAME-1 LIM-1", "a frame that states 70,000 bytes, but its blocks hold 16 MiB", 70_000, (_, frames, at) =>
            frames[at] = [.. Zeros(70_000)[..9], .. Zeros(16 * 1024 * 1024)[9..]]);
    }

    private static void AddCuts(VectorSet set)
    {
        set.Bad("frame-3-joined", "FRAME-3", FaultId.StreamInvalid, "the frame does not end after bundle.json", forge => forge.Cuts = cuts =>
        {
            cuts[0] = [.. cuts[0], .. cuts[1]];
            cuts.RemoveAt(1);
        });
        set.Bad("frame-3-split", "FRAME-3", FaultId.FrameInvalid, "the last frame is split in two", forge => forge.Cuts = cuts => Split(cuts, 1, 1024));
        set.Bad("frame-3-split-in-header", "FRAME-3", FaultId.FrameInvalid, "the last frame is split within a header", forge => forge.Cuts = cuts => Split(cuts, 1, 100));
        set.Bad("frame-3-index-split", "FRAME-3", FaultId.StreamInvalid, "the frame of bundle.json is split after its header", forge => forge.Cuts = cuts => Split(cuts, 0, 512));
        Cut(set, "frame-3-large-half", "the data of a large file is cut at 1 MiB", cuts => Split(cuts, 2, 1_048_576));
        Cut(set, "frame-3-large-moved", "the data of a large file is cut a byte too early", cuts => (cuts[2], cuts[3]) = (cuts[2][..^1], [cuts[2][^1], .. cuts[3]]));
        Cut(set, "frame-3-large-padded", "the last frame of a large file holds its padding", cuts => (cuts[3], cuts[4]) = ([.. cuts[3], .. cuts[4][..511]], cuts[4][511..]));
        Cut(set, "frame-3-large-with-header", "the first frame of a large file holds its header", cuts => (cuts[1], cuts[2]) = (cuts[1][..^512], [.. cuts[1][^512..], .. cuts[2][..^512]]));
        foreach (var (kind, note, edit) in new (string, string, Action<List<byte[]>>)[]
        {
            ("half", "the data of a large index is cut in two", cuts => Split(cuts, 1, 30_000)),
            ("header", "the header of a large index has 100 bytes of its data in its frame", cuts => (cuts[0], cuts[1]) = ([.. cuts[0], .. cuts[1][..100]], cuts[1][100..])),
            ("header-more", "100 bytes follow the header of a large index in its frame", cuts => cuts[0] = [.. cuts[0], .. new byte[100]]),
            ("padding", "the padding of a large index is cut in two", cuts => Split(cuts, 2, 1)),
        })
        {
            set.BadOwn("frame-3-index-large-" + kind, "FRAME-3", kind is "padding" ? FaultId.StreamInvalid : FaultId.FrameInvalid, note, forge =>
            {
                GoodVectors.LargeIndex(forge);
                forge.Cuts = edit;
            });
        }

        set.Bad("frame-3-order", "FRAME-3 TAR-2", FaultId.NotABundle, "the first two frames are swapped", forge => forge.Cuts = cuts => (cuts[0], cuts[1]) = (cuts[1], cuts[0]));
        set.Bad("frame-3-missing", "FRAME-3", FaultId.FrameInvalid, "the last frame is missing, and the tables do not know of it", forge => forge.Cuts = cuts => cuts.RemoveAt(1));
        set.Bad("frame-3-twice", "FRAME-3 PKG-1", FaultId.FrameInvalid, "the last frame is there twice, and the tables know of both", forge => forge.Cuts = cuts => cuts.Add(cuts[1]));
        Cut(set, "frame-3-large-missing", "a frame of a large file is missing, and the tables do not know of it", cuts => cuts.RemoveAt(3));
    }

    private static void Last(VectorSet set, string name, string note, Func<byte[], byte[]> edit, string musts = "FRAME-1") =>
        set.Bad(name, musts, FaultId.FrameInvalid, note, forge => forge.Frames = frames => frames[^1] = edit(frames[^1]));

    private static void Large(VectorSet set, string name, string musts, string note, int size, Action<List<byte[]>, List<byte[]>, int> edit) =>
        set.BadOwn(name, musts, FaultId.FrameInvalid, note, forge =>
        {
            forge.File("large", 420, new byte[size]);
            var contents = new List<byte[]>();
            forge.Cuts = cuts => contents = cuts;
            forge.Frames = frames => edit(contents, frames, 2);
        });

    private static void Cut(VectorSet set, string name, string note, Action<List<byte[]>> edit) => set.BadOwn(name, "FRAME-3", FaultId.FrameInvalid, note, forge =>
    {
        forge.File("large", 420, new byte[2_097_153]);
        forge.Cuts = edit;
    });

    private static void Split(List<byte[]> cuts, int at, int length)
    {
        cuts.Insert(at + 1, cuts[at][length..]);
        cuts[at] = cuts[at][..length];
    }
}
