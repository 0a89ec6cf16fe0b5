using System.Buffers;
using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.Model;
using Microsoft.Win32.SafeHandles;

namespace Bundle.IO;

/// <summary>Reading files through: short reads are gone on from.</summary>
internal static class FileCopy
{
    private const int Piece = 1024 * 1024;
    private const int Worthwhile = 512 * 1024;

    /// <summary>Fills a span from a file; returns how much there was.</summary>
    public static int ReadFully(SafeFileHandle file, Span<byte> target, long offset)
    {
        var done = 0;
        while (done < target.Length && RandomAccess.Read(file, target[done..], offset + done) is > 0 and var read)
        {
            done += read;
        }

        return done;
    }

    /// <summary>Writes to a file.</summary>
    /// <param name="soon">Whether the file will be flushed, so that its bytes may be on their way to the disk while others are hashed.</param>
    /// <exception cref="BundleException">The file system does not take files of that size: FAT ends at 4 GiB, and a user may have a limit.</exception>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset, bool soon = false)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
            if (soon && bytes.Length >= Worthwhile)
            {
                NativeMethods.StartWriting(file, offset, bytes.Length);
            }
        }
        catch (ArgumentOutOfRangeException e)
        {
            // What .NET makes of EFBIG.
            throw new Fault(FaultId.Io, $"the file system takes no file of {offset + bytes.Length} bytes")
            {
                Hint = "write to another file system, or raise the limit (ulimit -f)",
            }.ToException(e);
        }
    }

    /// <summary>Copies all bytes.</summary>
    public static void All(SafeFileHandle from, SafeFileHandle to)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        long at = 0;
        while (RandomAccess.Read(from, buffer, at) is > 0 and var read)
        {
            FileCopy.Write(to, buffer.AsSpan(0, read), at);
            at += read;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The digest of all bytes.</summary>
    public static Digest Digest(SafeFileHandle file, Action<long>? progress, CancellationToken cancellation) =>
        Digest(new FileSegment(file, 0, long.MaxValue), progress, cancellation);

    /// <summary>The digest of all bytes that a stream has left.</summary>
    public static Digest Digest(Stream stream, Action<long>? progress, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        while (stream.Read(buffer) is > 0 and var read)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
            progress?.Invoke(read);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return Model.Digest.Finish(hash);
    }
}
