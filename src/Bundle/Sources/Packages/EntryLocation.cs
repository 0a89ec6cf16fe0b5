using Bundle.Reading;

namespace Bundle.Sources.Packages;

/// <summary>A content in a package.</summary>
internal sealed class EntryLocation(PackageReader package, int entry, string name) : BlobLocation(name, package.Layout.Entries[entry].Size)
{
    private readonly PackageReader _package = package;
    private readonly int _entry = entry;

    /// <inheritdoc/>
    public override Stream Open() => _package.OpenEntry(_entry);

    /// <inheritdoc/>
    public override bool IsSameAs(BlobLocation other) => other is EntryLocation one && ReferenceEquals(one._package, _package) && one._entry == _entry;
}
