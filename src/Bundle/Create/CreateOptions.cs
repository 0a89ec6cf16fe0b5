using Bundle.Index;
using Bundle.Keys;
using Bundle.Model;
using Bundle.Registry;

namespace Bundle.Create;

/// <summary>What <see cref="Creator"/> is asked to do.</summary>
public sealed record CreateOptions
{
    /// <summary>Sources as <see cref="Bundle.Sources.Source"/> understands them.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>The package's path; null to write to <see cref="OutputStream"/>.</summary>
    public string? Output { get; init; }

    /// <summary>How many bytes a part has; null for a package in one file.</summary>
    public long? Split { get; init; }

    /// <summary>Where the package goes where <see cref="Output"/> is null.</summary>
    public Stream? OutputStream { get; init; }

    /// <summary>
    /// A text file of references, one a line, <c>#</c> begins a comment: those of the sources that are taken, or, where there
    /// are no sources, images of registries. Null for all images of the sources.
    /// </summary>
    public string? ImagesFrom { get; init; }

    /// <summary>Patterns of the images that are taken, as extraction has them; empty for all.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>The platforms that are taken of lists, as <c>os/architecture[/variant]</c>; empty for all.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];

    /// <summary>What the package builds on: packages, their bundle.json, or sources; their blobs are left out.</summary>
    public IReadOnlyList<string> Bases { get; init; } = [];

    /// <summary>Sources that lend blobs which the images need and their own source lacks; their images are not taken.</summary>
    public IReadOnlyList<string> Lenders { get; init; } = [];

    /// <summary>How live registries are talked to.</summary>
    public RegistryOptions Registry { get; init; } = new();

    /// <summary>Whether what belongs to an image of a live registry comes along: what refers to it, and cosign's tags.</summary>
    public bool Referrers { get; init; } = true;

    /// <summary>The folder for what has to be decompressed first; null for <c>TMPDIR</c>, else beside the output.</summary>
    public string? Temporary { get; init; }

    /// <summary>Extra files and folders.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    /// <summary>The zstd level for what is not compressed yet, 1 to 19.</summary>
    public int Level { get; init; } = 3;

    /// <summary>How many threads compress and hash; the bytes do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether an existing output is replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Whether further copies of a blob, which the package does not need, are read and compared too.</summary>
    public bool CompareCopies { get; init; } = true;

    /// <summary>Whether the package is on the disk before it gets its name.</summary>
    public bool Sync { get; init; } = true;

    /// <summary>Signs the index; null for a package that is not signed.</summary>
    public SigningKey? SigningKey { get; init; }

    /// <summary>The modification time of every entry, in seconds since 1970 (spec TAR-5).</summary>
    public long ModificationTime { get; init; }
}

/// <summary>What was created.</summary>
/// <param name="PackageSize">The package's bytes.</param>
/// <param name="TreeSize">What the images would take as separate folders, in bytes.</param>
/// <param name="BlobSize">What their distinct blobs in the package take, in bytes.</param>
/// <param name="Parts">How many parts the package was split into; null for one file.</param>
/// <param name="Warnings">Things worth a word that did not stop the work.</param>
public sealed record CreateResult(
    BundleIndex Index, Digest BundleDigest, long PackageSize, long TreeSize, long BlobSize, int? Parts, IReadOnlyList<string> Warnings)
{
    /// <summary>The key that signed it; null where none did.</summary>
    public Digest? SignedBy { get; init; }
}
