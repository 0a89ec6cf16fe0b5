using Bundle.Index;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>A manifest that a source has: the image's own or a child's.</summary>
/// <param name="Path">Where it stands, for messages.</param>
internal sealed record SourceManifest(Digest Digest, long Size, Manifest Manifest, string Path);

/// <summary>An image in a source: one reference, and the manifests below it, the image's own first.</summary>
/// <param name="Tag">Null for an image that goes by its digest.</param>
/// <param name="Origin">The store that it comes from, for messages.</param>
internal sealed record SourceImage(
    ImageName Name, string? Tag, string Origin, IReadOnlyList<SourceManifest> Manifests, IReadOnlyList<IndexSignature> Signatures)
{
    /// <summary>The platforms that it is for.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];

    /// <summary>Children of its lists that are left out.</summary>
    public IReadOnlyList<Descriptor> Omitted { get; init; } = [];

    /// <summary>What it needs, and its source does not have.</summary>
    public IReadOnlyList<MissingBlob> Missing { get; init; } = [];

    /// <summary>The digest that the reference stands for.</summary>
    public Digest Digest => Manifests[0].Digest;

    /// <summary>The reference.</summary>
    public string Reference => Tag is null ? $"{Name.Full}@{Digest}" : $"{Name.Full}:{Tag}";

    /// <summary>Adds the image to an index.</summary>
    public void AddTo(IndexBuilder builder)
    {
        foreach (var one in Manifests)
        {
            builder.AddManifest(one.Digest, one.Size, one.Manifest);
        }

        foreach (var child in Omitted)
        {
            builder.Omit(child);
        }

        builder.AddImage(Name, Tag is null ? [] : [Tag], Tag is null, Digest, Platforms, Signatures);
    }
}
