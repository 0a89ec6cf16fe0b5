using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Push;

/// <summary>What <see cref="Pusher"/> is asked to do.</summary>
public sealed record PushOptions
{
    /// <summary>A package, or a source as <see cref="Bundle.Sources.Source"/> understands it.</summary>
    public required PackageInput Source { get; init; }

    /// <summary>Where the images go.</summary>
    public required PushDestination Destination { get; init; }

    /// <summary>Patterns of references, as for an extraction; empty for all images.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Other names for images; the first rule that fits an image holds.</summary>
    public IReadOnlyList<NameRule> Rules { get; init; } = [];

    /// <summary>Whether images that no rule renames get the last component of their name alone.</summary>
    public bool Flat { get; init; }

    /// <summary>Packages or sources that have what an incremental package leaves out.</summary>
    public IReadOnlyList<PackageInput> Bases { get; init; } = [];

    /// <summary>Whether it is only found out what there is to do.</summary>
    public bool DryRun { get; init; }

    /// <summary>How the registry is talked to.</summary>
    public RegistryOptions Registry { get; init; } = new();
}

/// <summary>What becomes of a reference in the registry.</summary>
public enum ReferenceState
{
    /// <summary>It was not there.</summary>
    New,

    /// <summary>It was there, and stood for the same image.</summary>
    There,

    /// <summary>It stood for another image.</summary>
    Moved,
}

/// <summary>A reference in the registry.</summary>
/// <param name="Reference">Such as <c>harbor.example/product/base:1.0</c>.</param>
/// <param name="Was">The digest that a tag stood for before; null where there was none.</param>
public sealed record PushedReference(string Reference, ReferenceState State, Digest? Was);

/// <summary>An image, and where it went.</summary>
/// <param name="Image">As the source has it.</param>
/// <param name="Target">Its name in the registry.</param>
public sealed record PushedImage(IndexImage Image, ImageName Target, IReadOnlyList<PushedReference> References);

/// <summary>Blobs or manifests, and their bytes.</summary>
public sealed record PushCount(int Number, long Bytes);

/// <summary>What was pushed; of a dry run, what would be. A blob counts once for every repository that needs it.</summary>
/// <param name="Uploaded">Blobs that were sent.</param>
/// <param name="Mounted">Blobs that the registry took over from another of its repositories.</param>
/// <param name="Present">Blobs that were there already.</param>
/// <param name="Manifests">Manifests that were sent.</param>
/// <param name="PresentManifests">Manifests that were there already.</param>
/// <param name="Warnings">Things worth a word that did not stop the work.</param>
public sealed record PushResult(
    IReadOnlyList<PushedImage> Images, PushCount Uploaded, PushCount Mounted, PushCount Present, PushCount Manifests, PushCount PresentManifests,
    IReadOnlyList<string> Warnings)
{
    /// <summary>How many lists of referrers were written, for a registry that keeps none itself.</summary>
    public int ReferrerLists { get; init; }

    /// <summary>How many tags were set.</summary>
    public int Tags { get; init; }
}
