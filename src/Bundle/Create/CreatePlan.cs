using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using Bundle.Registry;
using Bundle.Sources;

namespace Bundle.Create;

/// <summary>A copy of a blob that the package does not need, in a place of its own.</summary>
internal sealed record BlobCopy(Digest Digest, BlobLocation Location);

/// <summary>All that is needed to write a package: its index, and where every content is read. Made before the first byte is written.</summary>
internal sealed class CreatePlan : IDisposable
{
    private readonly SourceSet _sources, _lenders;

    private CreatePlan(BundleIndex index, SourceSet sources, SourceSet lenders) => (Index, _sources, _lenders) = (index, sources, lenders);

    public BundleIndex Index { get; }

    /// <summary>Copies in further files; two names of one file are no copies.</summary>
    public required IReadOnlyList<BlobCopy> FurtherCopies { get; init; }

    /// <summary>What the images would take as separate folders, in bytes.</summary>
    public required long TreeSize { get; init; }

    public IReadOnlyList<string> Warnings => _sources.Warnings;

    /// <summary>Reads the sources' manifests, and checks that all that they need is there.</summary>
    /// <exception cref="BundleException">A source is missing, incomplete or wrong; names conflict; a wanted image is not there.</exception>
    public static CreatePlan Make(CreateOptions options, RegistryPool registries, CancellationToken cancellation)
    {
        var sources = new SourceSet(new PlatformSelection(options.Platforms), registries) { WithReferrers = options.Referrers, Temporary = TemporaryFolder(options) };
        var lenders = new SourceSet(registries: registries) { Temporary = sources.Temporary };
        try
        {
            return Make(sources, lenders, options, registries, cancellation);
        }
        catch
        {
            sources.Dispose();
            lenders.Dispose();
            throw;
        }
    }

    private static CreatePlan Make(SourceSet sources, SourceSet lenders, CreateOptions options, RegistryPool registries, CancellationToken cancellation)
    {
        Source.AddTo(sources, options.Sources, cancellation);
        if (options.ImagesFrom is { } list)
        {
            if (options.Sources.Count == 0 && SyncFile.IsOne(list))
            {
                Source.AddTo(sources, list, cancellation);
            }
            else if (options.Sources.Count == 0)
            {
                RegistrySource.AddTo(sources, [.. ImageList.Read(list).Select(RegistryNames.Complete)], cancellation);
            }
            else
            {
                sources.Select(ImageList.Read(list), list);
            }
        }

        if (options.Images.Count > 0)
        {
            sources.Select(options.Images);
        }

        sources.RequireReadable();
        sources.RequireDistinctNames();
        sources.TellUnfitLists();
        sources.Files.Include(options.Includes, cancellation);
        var bases = options.Bases.Select(one => KnownIndex.Read(one, cancellation, registries)).ToList();
        foreach (var lender in options.Lenders)
        {
            Source.AddTo(lenders, lender, cancellation);
        }

        MissingBlob.Refuse(sources.Images, one => one.What != MissingBlob.Manifest
            && (bases.Exists(known => known.Blobs.Contains(one.Digest)) || lenders.Find(one.Digest) is not null || (one.MayBeLent && sources.Find(one.Digest) is not null)));
        var builder = new IndexBuilder();
        foreach (var (bundle, blobs) in KnownIndex.Lent(bases))
        {
            builder.AddBase(bundle, blobs);
        }

        sources.AddTo(builder);
        var index = builder.Build();
        return new CreatePlan(index, sources, lenders) { FurtherCopies = Copies(index, sources), TreeSize = List.TreeSizes.Of(index).Bytes };
    }

    public BlobLocation LocationOf(int blob) => _sources.Find(Index.Blobs[blob].Digest) ?? _lenders.Locate(Index.Blobs[blob].Digest);

    public BlobLocation SignatureLocation(Digest digest) => _sources.Locate(digest);

    public BlobLocation FileLocation(int file) => _sources.Files.Locate(Index.Files[file].Path);

    /// <inheritdoc/>
    public void Dispose()
    {
        _sources.Dispose();
        _lenders.Dispose();
    }

    // Beside the output there is room for about as much as is read, which /tmp need not have.
    private static string TemporaryFolder(CreateOptions options) => options.Temporary
        ?? (Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } folder ? folder : null)
        ?? (options.Output is { } output ? Path.GetDirectoryName(Path.GetFullPath(output)) : null)
        ?? Path.GetTempPath();

    private static List<BlobCopy> Copies(BundleIndex index, SourceSet sources)
    {
        var copies = new List<BlobCopy>();
        foreach (var blob in index.Blobs.Where(blob => blob.Data == BlobData.Package))
        {
            copies.AddRange(sources.FurtherCopies(blob.Digest).Select(location => new BlobCopy(blob.Digest, location)));
        }

        return copies;
    }
}
