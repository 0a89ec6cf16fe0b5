using System.Text;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Format;

/// <summary>
/// The frame with the signatures of bundle.json, directly behind it (spec section 3.4). It is the one place where something is read
/// out of the stream that does not follow from the index, so everything about it is bounded and has one form.
/// </summary>
internal static class SignatureFrame
{
    // A header, and one block of data (spec SIG-1).
    private const int EntryLength = 2 * TarHeader.Block;

    /// <summary>Looks at the frame behind the index, and passes over nothing.</summary>
    /// <returns>The signatures; and the content's length where that is a frame of such a length and damaged, so that it may be signatures or not.</returns>
    /// <exception cref="BundleException">The signatures break a rule.</exception>
    public static (IReadOnlyList<BundleSignature> Found, int Unreadable) Read(FrameStream frames, FrameCodec codec, long time)
    {
        var length = frames.PeekContentLength();
        if (!IsLength(length))
        {
            return ([], 0);
        }

        var content = new byte[length];
        if (frames.Peek(out var frame, out _) != FrameStatus.Data || !codec.TryDecompress(frame.Span, content))
        {
            return ([], length);
        }

        return content.AsSpan().StartsWith(Encoding.ASCII.GetBytes(BundleSignature.Folder)) ? (Parse(content, time), 0) : ([], 0);
    }

    /// <summary>Whether a frame with so much content can hold signatures.</summary>
    public static bool IsLength(long content) => content is > 0 and <= EntryLength * Limits.BundleSignatures && content % EntryLength == 0;

    /// <summary>Stands for signatures that cannot be read, so that everything behind them is found in its place.</summary>
    public static IReadOnlyList<BundleSignature> Unreadable(int contentLength) =>
        [.. Enumerable.Repeat(new BundleSignature(null, new byte[1]), contentLength / EntryLength)];

    private static List<BundleSignature> Parse(ReadOnlySpan<byte> content, long time)
    {
        var signatures = new List<BundleSignature>();
        var expected = new byte[TarHeader.Block];
        for (; content.Length > 0; content = content[EntryLength..])
        {
            var header = content[..TarHeader.Block];
            var hex = Encoding.Latin1.GetString(header.Slice(BundleSignature.Folder.Length, 64));
            var size = TarHeader.ReadSize(header);
            if (!Digest.TryParseHex(hex, out var key) || size is < 1 or > Limits.BundleSignature)
            {
                throw Malformed("is not named and sized as it has to be [SIG-1]");
            }

            var signature = new BundleSignature(key, content.Slice(TarHeader.Block, (int)size).ToArray());
            TarHeader.Write(expected, Encoding.ASCII.GetBytes(signature.EntryName), 420, size, time, (byte)'0', default);
            if (!header.SequenceEqual(expected) || content[(TarHeader.Block + (int)size)..EntryLength].ContainsAnyExcept((byte)0))
            {
                throw Malformed("does not have the header and padding that it has to have [SIG-1]");
            }

            if (signatures.Count > 0 && signatures[^1].KeyId >= key)
            {
                throw Malformed("stands in the wrong order, or twice [SIG-2]");
            }

            signatures.Add(signature);
        }

        return signatures;
    }

    private static BundleException Malformed(string what) =>
        new Fault(FaultId.StreamInvalid, "a signature of the index " + what) { Entry = BundleSignature.Folder, Hint = Hints.NotOurs }.ToException();
}
