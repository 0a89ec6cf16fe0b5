using Bundle.Faults;
using Bundle.Format;

namespace Bundle.Reading;

/// <summary>Frames in their order, of which some can be looked at before it is their turn: they are kept until then.</summary>
/// <param name="most">The bytes of frames that may be kept.</param>
internal sealed class HeldFrames(FrameStream frames, long most = Limits.HeldFrames)
{
    private readonly Queue<(byte[] Frame, int Content, long Offset)> _held = new();
    private long _bytes;

    /// <summary>Where the frame begins that was read last.</summary>
    public long Offset { get; private set; }

    /// <summary>The content's length that the frame claims which was read last.</summary>
    public int ContentLength { get; private set; }

    /// <summary>Reads the next frame; the bytes are valid until the next call.</summary>
    public FrameStatus Read(out ReadOnlyMemory<byte> frame)
    {
        if (_held.TryDequeue(out var held))
        {
            (frame, ContentLength, Offset) = held;
            return FrameStatus.Data;
        }

        Offset = frames.Position;
        var status = frames.Read(out frame);
        ContentLength = status == FrameStatus.Data ? (int)frames.Seen[^1].Content : 0;
        return status;
    }

    /// <summary>Reads the next frame and keeps it for <see cref="Read"/>; null where there is none.</summary>
    /// <exception cref="BundleException">More would be kept than manifests can take.</exception>
    public byte[]? Hold()
    {
        var offset = frames.Position;
        if (frames.Read(out var frame) != FrameStatus.Data)
        {
            return null;
        }

        _bytes += frame.Length;
        if (_bytes > most)
        {
            throw new Fault(FaultId.LimitExceeded, $"the manifests take more than {most} bytes").ToException();
        }

        var bytes = frame.ToArray();
        _held.Enqueue((bytes, (int)frames.Seen[^1].Content, offset));
        return bytes;
    }
}
