using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.IO;
using Bundle.Model;
using Bundle.Reading;
using Bundle.Registry;
using Bundle.Sources.Packages;

namespace Bundle.Sources;

/// <summary>What is known of a bundle without its blobs: of a package, of the bundle.json of one, or of any source of images.</summary>
/// <param name="Digest">The bundle digest; of a source, that of the bundle that it would make.</param>
internal sealed record KnownIndex(BundleIndex Index, Digest Digest)
{
    private const string PackagePrefix = "bundle:";

    /// <summary>All that is there once the bundle is extracted.</summary>
    public IReadOnlySet<Digest> Blobs { get; } = Index.Blobs.Where(blob => blob.Data != BlobData.Omitted).Select(blob => blob.Digest).ToHashSet();

    /// <summary>
    /// What each of several bases lends. One that is incremental itself lends what it relies on too, since that is there
    /// wherever it was extracted; but not where another of them carries it.
    /// </summary>
    public static IEnumerable<(Digest Bundle, IReadOnlySet<Digest> Blobs)> Lent(IReadOnlyCollection<KnownIndex> bases)
    {
        var carried = bases.SelectMany(known => known.Carried).ToHashSet();
        return bases.Select(known => (known.Digest, (IReadOnlySet<Digest>)known.Blobs.Where(blob => known.Carried.Contains(blob) || !carried.Contains(blob)).ToHashSet()));
    }

    private HashSet<Digest> Carried { get; } = Index.Blobs.Where(blob => blob.Data == BlobData.Package).Select(blob => blob.Digest).ToHashSet();

    /// <summary>Reads the index of a package, a bundle.json, or makes that of a source.</summary>
    /// <exception cref="BundleException">It is not there, or is none of these.</exception>
    public static KnownIndex Read(string path, CancellationToken cancellation, RegistryPool? registries = null)
    {
        var file = path.StartsWith(PackagePrefix, StringComparison.Ordinal) && !File.Exists(path) ? path[PackagePrefix.Length..] : path;
        return IsIndex(file) ? ReadIndex(file) : PackageSource.Is(file) ? ReadPackage(file) : ReadSource(path, registries, cancellation);
    }

    /// <summary>Whether a path is that of a bundle.json, by its first byte.</summary>
    public static bool IsIndex(string path) => RegularFile.Exists(path) && BeginsAsJson(path);

    private static KnownIndex ReadPackage(string path)
    {
        using var package = PackageFile.Open(PackageInput.File(path));
        var head = NamedStream.Blame(path, () => PackageHead.Read(package.Frames()));
        return new KnownIndex(head.Index, head.BundleDigest);
    }

    private static KnownIndex ReadIndex(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > Limits.Index)
        {
            throw new Fault(FaultId.LimitExceeded, $"{path} has {length} bytes, of at most {Limits.Index}") { Entry = path }.ToException();
        }

        var bytes = File.ReadAllBytes(path);
        return new KnownIndex(NamedStream.Blame(path, () => IndexReader.Read(bytes)), Digest.Of(bytes));
    }

    private static KnownIndex ReadSource(string source, RegistryPool? registries, CancellationToken cancellation)
    {
        using var sources = new SourceSet(registries: registries);
        Source.AddTo(sources, source, cancellation);
        MissingBlob.Refuse(sources.Images, _ => false);
        var builder = new IndexBuilder();
        sources.AddTo(builder);
        var index = builder.Build();
        return new KnownIndex(index, Digest.Of(IndexWriter.Write(index)));
    }

    private static bool BeginsAsJson(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() == '{';
    }
}
