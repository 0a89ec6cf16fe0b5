using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Bundle.Format;

/// <summary>Turns content into frames and back. Not for two threads at once; each has its own.</summary>
public sealed class FrameCodec : IDisposable
{
    // A window that holds any frame makes every frame single-segment (spec FRAME-1).
    private const int WindowLog = 21;

    private readonly int _level;
    private Compressor? _compressor;
    private Decompressor? _decompressor;

    /// <summary>A codec; the level matters for compressing alone.</summary>
    public FrameCodec(int level = 3) => _level = level;

    /// <summary>Makes a frame; returns its length in a target of <see cref="ZstdFrame.MaxLength"/> bytes.</summary>
    public int Compress(ReadOnlySpan<byte> content, Span<byte> target)
    {
        _compressor ??= Create(_level);
        var length = _compressor.Wrap(content, target);
        return length <= ZstdFrame.StoredLength(content.Length) ? length : ZstdFrame.Store(content, target);
    }

    /// <summary>Takes a frame apart; false where it is not exactly one valid frame of so much content.</summary>
    public bool TryDecompress(ReadOnlySpan<byte> frame, Span<byte> content)
    {
        if (ZstdFrame.Measure(frame, out var stated, out var stored) != frame.Length || stated != content.Length)
        {
            return false;
        }

        if (stored)
        {
            return ZstdFrame.TryUnstore(frame, content);
        }

        _decompressor ??= new Decompressor();
        try
        {
            return _decompressor.TryUnwrap(frame, content, out var written) && written == content.Length;
        }
        catch (ZstdException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _compressor?.Dispose();
        _decompressor?.Dispose();
    }

    private static Compressor Create(int level)
    {
        var compressor = new Compressor(level);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, WindowLog);
        return compressor;
    }
}
