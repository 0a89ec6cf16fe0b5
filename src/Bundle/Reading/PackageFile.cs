using Bundle.Faults;
using Bundle.Format;
using Bundle.IO;
using Microsoft.Win32.SafeHandles;

namespace Bundle.Reading;

/// <summary>An opened package: a file with its tables, or a stream that is read once.</summary>
internal sealed class PackageFile : IDisposable
{
    private readonly Stream _stream;
    private readonly SafeFileHandle? _handle;

    private PackageFile(Stream stream, SafeFileHandle? handle, string name) => (_stream, _handle, Name) = (stream, handle, name);

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>The package's length; null for a stream.</summary>
    public long? Length => _handle is null ? null : RandomAccess.GetLength(_handle);

    /// <summary>Opens a package.</summary>
    /// <exception cref="BundleException">It cannot be opened.</exception>
    public static PackageFile Open(PackageInput input)
    {
        if (input.Stream is { } given)
        {
            return new PackageFile(given, null, input.Name);
        }

        try
        {
            var file = new FileStream(input.Path!, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
            return new PackageFile(file, file.CanSeek ? file.SafeFileHandle : null, input.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var hint = e is FileNotFoundException or DirectoryNotFoundException ? "check the path" : null;
            var message = Directory.Exists(input.Path) ? $"{input.Path} is a folder, not a package"
                : hint is null ? $"cannot open {input.Path}: {e.Message}" : $"{input.Path} does not exist";
            throw new Fault(FaultId.Io, message) { Entry = input.Path, Hint = hint }.ToException(e);
        }
    }

    /// <summary>The frames from the beginning on, in one pass.</summary>
    public FrameStream Frames() => new(_stream);

    /// <summary>Reads a piece of a file with a length; false where it ends before.</summary>
    public bool TryRead(Span<byte> target, long offset) => FileCopy.ReadFully(_handle!, target, offset) == target.Length;

    /// <summary>Reads the tables at the end of a file; null where they are damaged, untrue, or not at the end.</summary>
    public PackageTables? ReadTables()
    {
        var footer = new byte[SeekTable.Footer];
        var length = Length ?? 0;
        if (length < SeekTable.Overhead || !TryRead(footer, length - footer.Length) || SeekTable.ReadFooter(footer) is not (> 0 and var count))
        {
            return null;
        }

        var tableLength = SeekTable.Overhead + ((long)count * SeekTable.EntryLength);
        if (tableLength > Math.Min(length, Array.MaxLength))
        {
            return null;
        }

        var table = new byte[tableLength];
        return TryRead(table, length - tableLength) && SeekTable.Read(table) is { } entries
            ? PackageTables.TryMake(entries, length - tableLength, this) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
