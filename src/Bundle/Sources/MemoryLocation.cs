namespace Bundle.Sources;

/// <summary>A content that is at hand already: a manifest, or a small config.</summary>
internal sealed class MemoryLocation(string name, byte[] bytes, bool isRemote = false) : BlobLocation(name, bytes.Length)
{
    /// <inheritdoc/>
    public override bool IsRemote => isRemote;

    /// <inheritdoc/>
    public override Stream Open() => new MemoryStream(bytes, writable: false);

    /// <inheritdoc/>
    public override object Identity => bytes;
}
