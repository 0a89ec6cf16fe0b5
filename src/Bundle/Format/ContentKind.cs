namespace Bundle.Format;

/// <summary>Tells what need not meet the compressor (spec section 5).</summary>
public static class ContentKind
{
    /// <summary>How many first bytes are looked at.</summary>
    public const int Magic = 6;

    /// <summary>Whether content that begins so is compressed already: gzip, zstd, or xz.</summary>
    public static bool IsCompressed(ReadOnlySpan<byte> begin) =>
        begin.StartsWith<byte>([0x1F, 0x8B]) || begin.StartsWith(ZstdFrame.Magic)
        || begin.StartsWith<byte>([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]);
}
