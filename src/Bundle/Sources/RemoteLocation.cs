using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Sources;

/// <summary>A blob in a registry.</summary>
internal sealed class RemoteLocation(RegistryRepository repository, Digest digest, long length, CancellationToken cancellation)
    : BlobLocation($"docker://{repository.FullName}, blob {digest}", length)
{
    private readonly Digest _digest = digest;

    /// <inheritdoc/>
    public override bool IsRemote => true;

    /// <inheritdoc/>
    public override Stream Open() => Open(cancellation);

    /// <summary>Opens it until it is no longer wanted.</summary>
    public Stream Open(CancellationToken until) => repository.OpenBlob(_digest, Length, until);

    /// <inheritdoc/>
    public override bool IsSameAs(BlobLocation other) => other is RemoteLocation remote && remote.Name == Name;
}
