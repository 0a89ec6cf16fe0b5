using System.Runtime.InteropServices;

namespace Bundle.Fuzz;

/// <summary>The zstd library of the system: the reference to hold our reader of frames against.</summary>
internal static unsafe partial class LibZstd
{
    private const int IgnoreChecksum = 1002; // ZSTD_d_forceIgnoreChecksum, zstd.h

    private static readonly nint Context = Make();

    /// <summary>Takes one frame apart, whatever its checksum says; -1 where it is no frame of at most so much content.</summary>
    public static long Decompress(ReadOnlySpan<byte> frame, Span<byte> content)
    {
        fixed (byte* from = frame, to = content)
        {
            var result = ZstdDecompress(Context, to, (nuint)content.Length, from, (nuint)frame.Length);
            return ZstdIsError(result) != 0 ? -1 : (long)result;
        }
    }

    private static nint Make()
    {
        var context = ZstdCreate();
        return ZstdIsError(ZstdSetParameter(context, IgnoreChecksum, 1)) == 0 ? context : throw new InvalidOperationException("this zstd cannot ignore checksums");
    }

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_createDCtx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ZstdCreate();

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_DCtx_setParameter")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint ZstdSetParameter(nint context, int parameter, int value);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_decompressDCtx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint ZstdDecompress(nint context, byte* to, nuint capacity, byte* from, nuint length);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_isError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint ZstdIsError(nuint code);
}
