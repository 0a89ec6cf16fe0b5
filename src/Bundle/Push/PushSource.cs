using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.IO;
using Bundle.Parts;
using Bundle.Reading;
using Bundle.Registry;
using Bundle.Sources;

namespace Bundle.Push;

/// <summary>What can be pushed: an index, and the data of its blobs.</summary>
internal abstract class PushSource : IDisposable
{
    /// <summary>What there is.</summary>
    public abstract BundleIndex Index { get; }

    /// <summary>Things worth a word.</summary>
    public virtual IReadOnlyList<string> Warnings => [];

    /// <summary>
    /// Opens a package, wherever it lies, or any source of images. A path is a package's where the file begins as zstd, or parts of a
    /// split one lie there; what <c>bundle:</c> stands before is one too.
    /// </summary>
    /// <exception cref="BundleException">It is not there, or it is incomplete or wrong.</exception>
    public static PushSource Open(PackageInput input, RegistryPool registries, CancellationToken cancellation)
    {
        const string transport = "bundle:";
        if (input.Path is not { } path || IsPackage(path))
        {
            return new OfPackage(PackageReader.Open(input));
        }

        return path.StartsWith(transport, StringComparison.Ordinal) && !Path.Exists(path)
            ? new OfPackage(PackageReader.Open(PackageInput.File(path[transport.Length..])))
            : OfSources.Read(path, registries, cancellation);
    }

    /// <summary>Whether a blob's data is here.</summary>
    public bool Has(int blob) => Index.Blobs[blob].Data == BlobData.Package;

    /// <summary>Opens a blob that is here. Reading throws before the last of it is handed out where size or digest do not hold.</summary>
    /// <exception cref="BundleException">It is damaged, or cannot be read.</exception>
    public abstract Stream Open(int blob);

    /// <summary>Reads a manifest, verified.</summary>
    /// <exception cref="BundleException">It is damaged, or cannot be read.</exception>
    public byte[] ReadManifest(int blob)
    {
        // The index holds no larger ones (spec section 8).
        var bytes = new byte[Index.Blobs[blob].Size];
        using var stream = Open(blob);
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    private static bool IsPackage(string path)
    {
        if (Directory.Exists(path))
        {
            return false;
        }

        if (SplitPackage.Find(path) is not null)
        {
            return true;
        }

        if (!RegularFile.Exists(path))
        {
            return false;
        }

        Span<byte> begin = stackalloc byte[4];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false) == begin.Length && begin.SequenceEqual(ZstdFrame.Magic);
    }

    private sealed class OfPackage(PackageReader reader) : PushSource
    {
        public override BundleIndex Index => reader.Index;

        public override Stream Open(int blob) => reader.OpenBlob(blob)!;

        public override void Dispose() => reader.Dispose();
    }

    private sealed class OfSources(SourceSet sources, BundleIndex index) : PushSource
    {
        public override BundleIndex Index => index;

        public override IReadOnlyList<string> Warnings => sources.Warnings;

        public static OfSources Read(string source, RegistryPool registries, CancellationToken cancellation)
        {
            var sources = new SourceSet(registries: registries);
            try
            {
                Source.AddTo(sources, source, cancellation);
                sources.RequireReadable();
                sources.RequireDistinctNames();
                MissingBlob.Refuse(sources.Images, _ => false);
                var builder = new IndexBuilder();
                sources.AddTo(builder);
                return new OfSources(sources, builder.Build());
            }
            catch
            {
                sources.Dispose();
                throw;
            }
        }

        public override Stream Open(int blob)
        {
            var (digest, size) = (index.Blobs[blob].Digest, index.Blobs[blob].Size);
            var location = sources.Locate(digest);
            return new VerifiedStream(location.Open(), digest, size, what => new Fault(FaultId.BlobMismatch, $"{location.Name} {what}")
            {
                Entry = location.Name,
                Digest = digest,
                Hint = "it is damaged, or was changed meanwhile: fetch the image again",
            });
        }

        public override void Dispose() => sources.Dispose();
    }
}
