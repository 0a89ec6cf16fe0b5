using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Reading;
using Bundle.Sources;

namespace Bundle.Create;

/// <summary>What an incremental package builds on: a package, the bundle.json of one, or any source of images, such as a registry's storage.</summary>
/// <param name="Digest">The bundle digest; of a source, that of the bundle that it would make.</param>
/// <param name="Blobs">All that is there once the base is extracted.</param>
internal sealed record BaseBundle(Digest Digest, IReadOnlySet<Digest> Blobs)
{
    private const string PackagePrefix = "bundle:";

    /// <summary>Reads a base.</summary>
    /// <exception cref="BundleException">It is not there, or is none.</exception>
    public static BaseBundle Read(string path, CancellationToken cancellation)
    {
        var file = path.StartsWith(PackagePrefix, StringComparison.Ordinal) && !File.Exists(path) ? path[PackagePrefix.Length..] : path;
        if (File.Exists(file))
        {
            return ReadFile(file, isIndex: BeginsAsJson(file));
        }

        var sources = new SourceSet();
        Source.AddTo(sources, path, cancellation);
        MissingBlob.Refuse(sources.Images, _ => false);
        var builder = new IndexBuilder();
        foreach (var image in sources.Images)
        {
            image.AddTo(builder);
        }

        return Of(builder.Build());
    }

    private static BaseBundle Of(BundleIndex index) => Of(index, Digest.Of(IndexWriter.Write(index)));

    private static BaseBundle Of(BundleIndex index, Digest digest) =>
        new(digest, index.Blobs.Where(blob => blob.Data != BlobData.Omitted).Select(blob => blob.Digest).ToHashSet());

    private static BaseBundle ReadFile(string path, bool isIndex)
    {
        if (!isIndex)
        {
            using var package = PackageFile.Open(PackageInput.File(path));
            var head = PackageHead.Read(package.Frames());
            return Of(head.Index, head.BundleDigest);
        }

        var length = new FileInfo(path).Length;
        if (length > Limits.Index)
        {
            throw new Fault(FaultId.LimitExceeded, $"{path} has {length} bytes, of at most {Limits.Index}") { Entry = path }.ToException();
        }

        var bytes = File.ReadAllBytes(path);
        return Of(IndexReader.Read(bytes), Digest.Of(bytes));
    }

    private static bool BeginsAsJson(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() == '{';
    }
}
