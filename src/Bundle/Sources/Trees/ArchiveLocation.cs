using Bundle.IO;

namespace Bundle.Sources.Trees;

/// <summary>A content in an archive.</summary>
internal sealed class ArchiveLocation(ArchiveFile archive, long offset, long length, string name) : BlobLocation(name, length)
{
    /// <inheritdoc/>
    public override Stream Open() => new FileSegment(archive.Handle, offset, Length, leaveOpen: true);

    /// <inheritdoc/>
    public override object Identity => (archive, offset);
}
