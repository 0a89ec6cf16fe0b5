using Bundle.Faults;
using Bundle.IO;
using Microsoft.Win32.SafeHandles;

namespace Bundle.Sources.Trees;

/// <summary>An archive that is open and can be read anywhere: the file itself, or what a compressed one became in a temporary file without a name.</summary>
internal sealed class ArchiveFile : IDisposable
{
    private const int Piece = 1024 * 1024;

    private ArchiveFile(string name, SafeFileHandle handle) => (Name, Handle, Length) = (name, handle, RandomAccess.GetLength(handle));

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>The bytes of the archive, decompressed.</summary>
    public long Length { get; }

    /// <summary>Opens an archive.</summary>
    /// <param name="temporary">The folder for what a compressed one becomes.</param>
    /// <exception cref="BundleException">It cannot be opened, is damaged, or there is no room.</exception>
    public static ArchiveFile Open(string path, string temporary, CancellationToken cancellation)
    {
        var handle = OpenHandle(path);
        try
        {
            var begin = new byte[Decompression.Magic];
            var compression = Decompression.Of(begin.AsSpan(0, FileCopy.ReadFully(handle, begin, 0)));
            if (compression == Compression.None)
            {
                return new ArchiveFile(path, handle);
            }

            var unpacked = TemporaryFile.Create(temporary);
            try
            {
                Unpack(path, handle, compression, unpacked, temporary, cancellation);
                handle.Dispose();
                return new ArchiveFile(path, unpacked);
            }
            catch
            {
                unpacked.Dispose();
                throw;
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>What is wrong with it.</summary>
    public BundleException Invalid(string what, string hint) => Invalid(Name, what, hint);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private static void Unpack(string path, SafeFileHandle from, Compression compression, SafeFileHandle to, string temporary, CancellationToken cancellation)
    {
        var limit = Decompression.Allowed(RandomAccess.GetLength(from));
        var buffer = new byte[Piece];
        long at = 0;
        try
        {
            using var stream = Decompression.Open(new FileSegment(from, 0, long.MaxValue, leaveOpen: true), compression);
            for (int read; (read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; at += read)
            {
                cancellation.ThrowIfCancellationRequested();
                if (at + read > limit)
                {
                    throw Invalid(path, $"becomes more than {limit} bytes, {Limits.UnpackedRatio} times its size", "do not trust this archive; or decompress it yourself, and give the plain one");
                }

                Write(to, buffer.AsSpan(0, read), at, temporary);
            }
        }
        catch (Exception e) when (Decompression.IsUnsupported(e))
        {
            throw Invalid(path, $"is compressed in a way of {compression.ToString().ToLowerInvariant()} that is not supported: {e.Message}", "decompress it yourself, and give the plain one");
        }
        catch (Exception e) when (Decompression.IsDamage(e))
        {
            throw new Fault(FaultId.SourceInvalid, $"{path} is damaged or cut: it cannot be decompressed after {at} bytes ({compression.ToString().ToLowerInvariant()}: {e.Message})")
            {
                Entry = path,
                Hint = "transfer the archive again",
            }.ToException(e);
        }
    }

    private static void Write(SafeFileHandle to, ReadOnlySpan<byte> piece, long at, string temporary)
    {
        try
        {
            FileCopy.Write(to, piece, at);
        }
        catch (IOException e)
        {
            throw new Fault(FaultId.NoSpace, $"the decompressed archive does not fit into {temporary}: {e.Message}")
            {
                Entry = temporary,
                Hint = "name a folder with more space with --tmp, or decompress the archive yourself",
            }.ToException(e);
        }
    }

    private static SafeFileHandle OpenHandle(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Fault(FaultId.Io, $"cannot open {path}: {e.Message}") { Entry = path, Hint = "check the permissions" }.ToException(e);
        }
    }

    private static BundleException Invalid(string path, string what, string hint) =>
        new Fault(FaultId.SourceInvalid, $"{path} {what}") { Entry = path, Hint = hint }.ToException();
}
