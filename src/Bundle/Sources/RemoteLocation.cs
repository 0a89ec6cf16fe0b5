using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Sources;

/// <summary>A blob in a registry.</summary>
internal sealed class RemoteLocation(RegistryRepository repository, Digest digest, long length, CancellationToken cancellation)
    : BlobLocation($"docker://{repository.FullName}, blob {digest}", length)
{
    /// <inheritdoc/>
    public override bool IsRemote => true;

    /// <inheritdoc/>
    public override Stream Open() => Open(cancellation);

    /// <summary>Opens it until it is no longer wanted.</summary>
    public Stream Open(CancellationToken until) => repository.OpenBlob(digest, Length, until);

    /// <inheritdoc/>
    public override object Identity => Name;
}
