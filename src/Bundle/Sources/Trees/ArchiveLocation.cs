using Bundle.IO;

namespace Bundle.Sources.Trees;

/// <summary>A content in an archive.</summary>
internal sealed class ArchiveLocation(ArchiveFile archive, long offset, long length, string name) : BlobLocation(name, length)
{
    private readonly ArchiveFile _archive = archive;
    private readonly long _offset = offset;

    /// <inheritdoc/>
    public override Stream Open() => new FileSegment(_archive.Handle, _offset, Length, leaveOpen: true);

    /// <inheritdoc/>
    public override bool IsSameAs(BlobLocation other) => other is ArchiveLocation one && ReferenceEquals(one._archive, _archive) && one._offset == _offset;
}
