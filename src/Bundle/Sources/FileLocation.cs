using Bundle.Faults;
using Bundle.IO;

namespace Bundle.Sources;

/// <summary>A content in a file, or in a part of one.</summary>
internal sealed class FileLocation(string path, long offset, long length, FileIdentity identity, string? name = null)
    : BlobLocation(name ?? path, length)
{
    /// <summary>The content of a whole file; null where there is none.</summary>
    /// <exception cref="BundleException">It is no regular file.</exception>
    public static FileLocation? Of(string path)
    {
        if (FileStat.Of(path) is not { } stat)
        {
            return null;
        }

        return stat.Kind == FileKind.Regular ? new FileLocation(path, 0, stat.Size, stat.Identity)
            : throw new Fault(FaultId.SourceInvalid, $"{path} is no regular file") { Entry = path, Hint = "fetch the image again" }.ToException();
    }

    /// <inheritdoc/>
    public override Stream Open() => new FileSegment(File.OpenHandle(path, options: FileOptions.SequentialScan), offset, Length);

    /// <inheritdoc/>
    public override object Identity => (identity, offset);
}
