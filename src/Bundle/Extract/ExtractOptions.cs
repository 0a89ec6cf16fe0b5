using Bundle.Format;
using Bundle.Index;
using Bundle.Keys;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Extract;

/// <summary>The forms that a package can be extracted to.</summary>
public enum TargetForm
{
    /// <summary>A tree of skopeo <c>dir</c> images.</summary>
    Dir,

    /// <summary>A docker-registry storage root.</summary>
    Registry,

    /// <summary>An OCI image layout.</summary>
    Oci,

    /// <summary>A file that <c>docker load</c> reads.</summary>
    DockerArchive,
}

/// <summary>What <see cref="Extractor"/> is asked to do.</summary>
public sealed record ExtractOptions
{
    /// <summary>The package.</summary>
    public required PackageInput Input { get; init; }

    /// <summary>The form.</summary>
    public required TargetForm Form { get; init; }

    /// <summary>The destination folder, made where it is missing; for <see cref="TargetForm.DockerArchive"/>, a file.</summary>
    public required string To { get; init; }

    /// <summary>Patterns of references (<c>*</c>, <c>?</c>; <c>*</c> matches <c>/</c> too; without a tag, every tag); empty for all images.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Sources that have the blobs which an incremental package leaves to its bases; what the destination has needs none.</summary>
    public IReadOnlyList<string> Bases { get; init; } = [];

    /// <summary>How registries are talked to that are among them.</summary>
    public RegistryOptions Registry { get; init; } = new();

    /// <summary>For <see cref="TargetForm.Dir"/>: folders named by the last component of the name alone.</summary>
    public bool Flat { get; init; }

    /// <summary>For <see cref="TargetForm.DockerArchive"/>: the platform that is taken of lists, as <c>os/architecture[/variant]</c>; null for this machine's.</summary>
    public string? Platform { get; init; }

    /// <summary>For <see cref="TargetForm.DockerArchive"/>: whether an existing file is replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Where the extra files go; null for <c>files</c> below <see cref="To"/>.</summary>
    public string? FilesTo { get; init; }

    /// <summary>Leaves the extra files out.</summary>
    public bool NoFiles { get; init; }

    /// <summary>The keys of which one has to have signed the package, before anything of it is looked at or written; null for any package.</summary>
    public TrustedKeys? Keys { get; init; }

    /// <summary>Whether all content is on the disk before the first image becomes visible, and the images before the work is done.</summary>
    public bool Sync { get; init; } = true;

    /// <summary>How many blobs are worked on at once.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>What was extracted.</summary>
/// <param name="Index">The whole package's index.</param>
/// <param name="Images">How many images the destination now has of it.</param>
/// <param name="WrittenBlobs">Blobs written, of <paramref name="WrittenBytes"/> bytes.</param>
/// <param name="AdoptedBlobs">Blobs that were there already and valid, of <paramref name="AdoptedBytes"/> bytes.</param>
/// <param name="Files">Extra files that are in place.</param>
/// <param name="Warnings">Things worth a word that did not stop the work.</param>
public sealed record ExtractResult(
    BundleIndex Index, Digest BundleDigest, int Images, int WrittenBlobs, long WrittenBytes, int AdoptedBlobs, long AdoptedBytes,
    int Files, IReadOnlyList<string> Warnings);
