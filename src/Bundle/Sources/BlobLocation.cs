using Microsoft.Win32.SafeHandles;

namespace Bundle.Sources;

/// <summary>Where a content can be read: a file, or a part of one.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
public sealed record BlobLocation(string Path, long Offset, long Length)
{
    /// <summary>Opens the file for reading.</summary>
    /// <exception cref="IOException"/>
    public SafeFileHandle Open() => File.OpenHandle(Path, options: FileOptions.SequentialScan);
}
