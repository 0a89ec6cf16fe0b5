using Microsoft.Win32.SafeHandles;

namespace Bundle.Access;

/// <summary>A package in a file.</summary>
internal sealed class FileSource(SafeFileHandle file, string name) : ByteSource
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override long Length => RandomAccess.GetLength(file);

    /// <inheritdoc/>
    protected override int ReadSome(Span<byte> target, long offset) => RandomAccess.Read(file, target, offset);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => file.Dispose();
}
