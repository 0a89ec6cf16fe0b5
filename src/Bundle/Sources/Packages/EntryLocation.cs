using Bundle.Reading;

namespace Bundle.Sources.Packages;

/// <summary>A content in a package.</summary>
internal sealed class EntryLocation(PackageReader package, int entry, string name) : BlobLocation(name, package.Layout.Entries[entry].Size)
{
    /// <inheritdoc/>
    public override Stream Open() => new NamedStream(NamedStream.Blame(package.Name, () => package.OpenEntry(entry)), package.Name);

    /// <inheritdoc/>
    public override object Identity => (package, entry);
}
