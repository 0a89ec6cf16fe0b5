using Bundle.Index;
using Bundle.Model;
using Bundle.Reading;

namespace Bundle.Sources.Packages;

/// <summary>The blobs of a package; what it leaves to its bases may come from other sources, and what it leaves out stays so.</summary>
internal sealed class PackageStore(PackageReader package) : ImageStore
{
    /// <inheritdoc/>
    public override string Origin => package.Name;

    /// <inheritdoc/>
    public override string Remedy => package.Index.IsIncremental ? "the package is incremental: give the one that it builds on as a source too" : "transfer the package again";

    /// <inheritdoc/>
    public override BlobLocation? Manifest(Digest digest) => Find(digest);

    /// <inheritdoc/>
    public override BlobLocation? Blob(Descriptor blob) => Find(blob.Digest);

    /// <inheritdoc/>
    public override string PlaceOf(Digest digest, bool isManifest) => Shown(digest);

    /// <inheritdoc/>
    public override bool MayLend(Digest blob) => DataOf(blob) == BlobData.Base;

    /// <inheritdoc/>
    public override bool Omits(Digest child) => DataOf(child) == BlobData.Omitted;

    private EntryLocation? Find(Digest digest) => package.Index.Position(digest) is { } position && package.EntryOf(position) is { } entry
        ? new EntryLocation(package, entry, Shown(digest)) : null;

    private BlobData? DataOf(Digest digest) => package.Index.Position(digest) is { } position ? package.Index.Blobs[position].Data : null;

    private string Shown(Digest digest) => $"{package.Name}: {BlobPaths.Of(digest)}";
}
