using System.Buffers;
using System.Text;
using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Format;

/// <summary>The beginning of a package: the index, which says all about the rest, and its signatures.</summary>
/// <param name="IndexBytes">bundle.json as it stands in the package.</param>
/// <param name="Time">The modification time of every entry.</param>
/// <param name="Frames">How many frames the index takes. The signatures, in the frame behind them, are looked at and not passed over.</param>
/// <param name="Signatures">The signatures of the index; none where the package is not signed.</param>
public sealed record PackageHead(BundleIndex Index, byte[] IndexBytes, long Time, int Frames, IReadOnlyList<BundleSignature> Signatures)
{
    /// <summary>The sha256 of the index: it names the content whatever the compression.</summary>
    public Digest BundleDigest { get; } = Digest.Of(IndexBytes);

    /// <summary>Reads the head and passes over the index alone.</summary>
    /// <param name="accept">Sees bundle.json and its signatures before anything is made of them; what it throws ends the reading.</param>
    /// <exception cref="BundleException">It is damaged, or this is no bundle.</exception>
    public static PackageHead Read(FrameStream frames, Action<byte[], IReadOnlyList<BundleSignature>>? accept = null)
    {
        using var codec = new FrameCodec();
        var buffer = ArrayPool<byte>.Shared.Rent(Limits.Frame);
        var first = Next(frames, codec, 0, buffer);
        Span<byte> expected = stackalloc byte[TarHeader.Block];
        if (first.Length < TarHeader.Block)
        {
            throw NotABundle();
        }

        var (size, time) = (TarHeader.ReadSize(first), TarHeader.ReadTime(first));
        if (size is < 0 or > Limits.Index || time < 0)
        {
            throw size > Limits.Index
                ? new Fault(FaultId.LimitExceeded, $"an index of {size} bytes exceeds the limit of {Limits.Index}") { Entry = BundleIndex.EntryName, Hint = Hints.NotOurs }.ToException()
                : NotABundle();
        }

        TarHeader.Write(expected, Encoding.ASCII.GetBytes(BundleIndex.EntryName), 420, size, time, (byte)'0', default);
        if (!first[..TarHeader.Block].SequenceEqual(expected))
        {
            throw NotABundle();
        }

        var (index, count) = size < Limits.Large ? (Small(first, (int)size), 1)
            : first.Length == TarHeader.Block ? Large(frames, codec, (int)size, buffer) : throw Malformed(FaultId.FrameInvalid, "is cut into other frames than it has to be [FRAME-3]");
        ArrayPool<byte>.Shared.Return(buffer);
        var signatures = SignatureFrame.Read(frames, codec, time);
        accept?.Invoke(index, signatures.Found);
        var head = new PackageHead(IndexReader.Read(index), index, time, count, signatures.Found);
        return signatures.Unreadable > 0 && new PackageLayout(head).Frames[count].Length != signatures.Unreadable
            ? head with { Signatures = SignatureFrame.Unreadable(signatures.Unreadable) } : head;
    }

    private static byte[] Small(ReadOnlySpan<byte> first, int size)
    {
        if (first.Length != TarHeader.Block + size + TarHeader.Padding(size) || first[(TarHeader.Block + size)..].ContainsAnyExcept((byte)0))
        {
            throw Malformed(FaultId.StreamInvalid, "does not end where its header says [TAR-6]");
        }

        return first.Slice(TarHeader.Block, size).ToArray();
    }

    private static (byte[] Index, int Frames) Large(FrameStream frames, FrameCodec codec, int size, byte[] buffer)
    {
        var index = new byte[size];
        var (count, filled) = (1, 0);
        while (filled < size)
        {
            var piece = Next(frames, codec, count++, buffer);
            if (piece.Length != Math.Min(Limits.Frame, size - filled))
            {
                throw Malformed(FaultId.FrameInvalid, "is cut into other frames than it has to be [FRAME-3]");
            }

            piece.CopyTo(index.AsSpan(filled));
            filled += piece.Length;
        }

        var padding = TarHeader.Padding(size);
        if (padding > 0 && !Next(frames, codec, count++, buffer).SequenceEqual(new byte[padding]))
        {
            throw Malformed(FaultId.StreamInvalid, "does not end where its header says [TAR-6]");
        }

        return (index, count);
    }

    // Valid until the next call.
    private static ReadOnlySpan<byte> Next(FrameStream frames, FrameCodec codec, int number, byte[] buffer)
    {
        var offset = frames.Position;
        var status = frames.Read(out var frame);
        if (number == 0 && status is not FrameStatus.Data && !(status == FrameStatus.Cut && frames.BeginsAsFrame))
        {
            throw frames.IsOver
                ? new Fault(FaultId.NotABundle, "the input is empty") { Hint = "give a package made by 'bundle create'" }.ToException()
                : NotABundle();
        }

        _ = ZstdFrame.TryReadHeader(frame.Span, out _, out var length);
        var content = buffer.AsSpan(0, length);
        if (status != FrameStatus.Data || !codec.TryDecompress(frame.Span, content))
        {
            throw new Fault(status == FrameStatus.Cut ? FaultId.Truncated : FaultId.FrameInvalid, "the package's head is damaged, so nothing can be said of its content")
            {
                Entry = BundleIndex.EntryName,
                Offset = offset,
                Length = Math.Max(1, frame.Length),
                Hint = Hints.Again,
            }.ToException();
        }

        return content;
    }

    private static BundleException NotABundle() => new Fault(FaultId.NotABundle, "this is not a bundle")
    {
        Offset = 0,
        Hint = "give a package made by 'bundle create'; if it was one, its head is damaged: transfer it again",
    }.ToException();

    private static BundleException Malformed(FaultId id, string what) =>
        new Fault(id, "the index " + what) { Entry = BundleIndex.EntryName, Offset = 0, Hint = Hints.NotOurs }.ToException();
}
