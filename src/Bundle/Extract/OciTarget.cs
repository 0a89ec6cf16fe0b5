using Bundle.Faults;
using Bundle.Index;
using Bundle.IO;

namespace Bundle.Extract;

/// <summary>An OCI image layout (image-spec image-layout.md); what an existing one has under other names stays.</summary>
internal sealed class OciTarget(ExtractOptions options, BundleIndex index, IReadOnlyList<IndexImage> selected) : FolderTarget(options, index, selected)
{
    private const string IndexName = "index.json";

    /// <inheritdoc/>
    protected override string PathOf(int blob, int place) => BlobPaths.Of(Index.Blobs[blob].Digest);

    /// <inheritdoc/>
    protected override void Reveal(CancellationToken cancellation)
    {
        WriteSmall("oci-layout", DerivedDocuments.OciLayout());
        WriteSmall(IndexName, Merged());
    }

    private byte[] Merged()
    {
        var own = DerivedDocuments.OciIndex(Index with { Images = Selected });
        using var file = Root.OpenRead(IndexName);
        if (file is null)
        {
            return own;
        }

        if (RandomAccess.GetLength(file) > Limits.Index)
        {
            throw Invalid("is too large").ToException();
        }

        var bytes = new byte[RandomAccess.GetLength(file)];
        _ = FileCopy.ReadFully(file, bytes, 0);
        try
        {
            return OciIndexMerge.Merge(bytes, own);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            // The latter is for text of half a character, which JSON lets pass.
            throw Invalid(e.Message).ToException(e);
        }
    }

    private Fault Invalid(string what) => new(FaultId.DestinationUnsafe, $"{Root.Shown(IndexName)} {what}")
    {
        Entry = Root.Shown(IndexName),
        Hint = "repair the layout, or extract to another folder",
    };
}
