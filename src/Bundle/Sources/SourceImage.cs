using Bundle.Index;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>A manifest that a source has: the image's own or a child's.</summary>
/// <param name="Path">Where it stands, for messages.</param>
internal sealed record SourceManifest(Digest Digest, long Size, Manifest Manifest, string Path);

/// <summary>An image in a source: one reference, and the manifests below it, the image's own first.</summary>
/// <param name="Tag">Null for an image that goes by its digest.</param>
/// <param name="Origin">The folder or archive that it comes from, for messages.</param>
internal sealed record SourceImage(
    ImageName Name, string? Tag, string Origin, IReadOnlyList<SourceManifest> Manifests, IReadOnlyList<IndexSignature> Signatures)
{
    /// <summary>The platforms that it is for.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];

    /// <summary>The digest that the reference stands for.</summary>
    public Digest Digest => Manifests[0].Digest;

    /// <summary>The reference.</summary>
    public string Reference => Tag is null ? $"{Name.Full}@{Digest}" : $"{Name.Full}:{Tag}";

    /// <summary>The configs and layers that its manifests name.</summary>
    public IEnumerable<(SourceManifest By, Descriptor Blob)> Parts =>
        Manifests.SelectMany(one => one.Manifest.Layers.Concat(one.Manifest.Config is { } config ? [config] : []).Select(part => (one, part)));

    /// <summary>Adds the image to an index.</summary>
    public void AddTo(IndexBuilder builder)
    {
        foreach (var one in Manifests)
        {
            builder.AddManifest(one.Digest, one.Size, one.Manifest);
        }

        builder.AddImage(Name, Tag is null ? [] : [Tag], Tag is null, Digest, Platforms, Signatures);
    }
}
