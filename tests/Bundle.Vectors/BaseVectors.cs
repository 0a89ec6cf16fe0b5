using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using static Bundle.Vectors.Sample;

namespace Bundle.Vectors;

/// <summary>Packages whose blobs are not all in them: incremental ones, and lists with children that are left out.</summary>
internal static class BaseVectors
{
    private static readonly Digest First = Digest.Of(Text("the first bundle")), Second = Digest.Of(Text("the second bundle"));
    private static readonly byte[] One = Text("layer one\n"), Two = Text("layer two\n");

    public static void AddTo(VectorSet set)
    {
        AddBases(set);
        AddSparse(set);
    }

    private static void AddBases(VectorSet set)
    {
        set.Good("good-incremental", "IDX-3 IDX-4 IDX-18 TAR-2 TAR-7", "two layers that two bases lend, one of which has both", forge =>
        {
            forge.Name("example/app", forge.Image("app", One, Two, Text("layer three\n")), ["2.0"]);
            forge.Base(First, One);
            forge.Base(Second, One, Two);
        });
        set.BadOwn("idx-3-unused", "IDX-3", FaultId.IndexInvalid, "a feature that the index does not use", forge =>
        {
            Lent(forge);
            forge.Replace("[\"incremental\"]", "[\"incremental\",\"sparse\"]");
        });
        set.BadOwn("idx-3-missing", "IDX-3", FaultId.IndexInvalid, "bases without the feature", forge => { Lent(forge); forge.Replace("[\"incremental\"]", "[]"); });
        set.BadOwn("idx-4-order", "IDX-4", FaultId.IndexInvalid, "bases not in order of their digests", forge =>
        {
            Lent(forge);
            forge.Base(Second, Two);
            forge.Index = index => index with { Bases = [index.Bases[1], index.Bases[0]] };
        });
        set.BadOwn("idx-4-twice", "IDX-4", FaultId.IndexInvalid, "a base twice", forge =>
        {
            Lent(forge);
            forge.Base(Second, Two);
            forge.Index = index => index with { Bases = [index.Bases[0], index.Bases[0]] };
        });
        set.BadOwn("idx-4-outside", "IDX-4", FaultId.IndexInvalid, "a blob in a base that does not exist", forge => { Lent(forge); forge.Replace("\"base\":0", "\"base\":1"); });
        set.BadOwn("idx-1-base-digest", "IDX-1", FaultId.IndexInvalid, "a base that is no digest", forge => { Lent(forge); forge.Replace(First.ToString(), First.ToString().ToUpperInvariant()); });
        set.BadOwn("idx-18-base-missing", "IDX-18", FaultId.IndexInvalid, "a blob in a base that is not told", forge => { Lent(forge); forge.Replace(",\"base\":0", ""); });
        set.BadOwn("idx-18-base-more", "IDX-18 IDX-12", FaultId.IndexInvalid, "a blob in the package with a base", forge =>
        {
            Lent(forge);
            forge.Replace("\"data\":\"package\",\"config\"", "\"data\":\"package\",\"base\":0,\"config\"");
        });
        set.BadOwn("idx-18-manifest", "IDX-18", FaultId.IndexInvalid, "a manifest in a base", forge =>
        {
            Lent(forge);
            forge.Blobs(blobs => [blobs[0] with { Data = BlobData.Base }, .. blobs[1..]]);
        });
        set.BadOwn("tar-2-lent-blob", "TAR-2 FRAME-3", FaultId.FrameInvalid, "a blob in the stream that the index says is in a base", forge =>
        {
            forge.Name("example/app", forge.Image("app", One, Two), ["2.0"]);
            forge.IndexText = text => text.Replace("\"features\":[],\"bases\":[]", "\"features\":[\"incremental\"],\"bases\":[\"" + First + "\"]", StringComparison.Ordinal)
                .Replace("layer.v1.tar\",\"data\":\"package\"", "layer.v1.tar\",\"data\":\"base\",\"base\":0", StringComparison.Ordinal);
        });
    }

    private static void AddSparse(VectorSet set)
    {
        set.Good("good-sparse", "IDX-3 IDX-13 IDX-19 TAR-7 MAN-1", "a list of two platforms, one of which is left out", Sparse);
        set.BadOwn("idx-3-sparse-missing", "IDX-3", FaultId.IndexInvalid, "a child left out without the feature", forge => { Sparse(forge); forge.Replace("[\"sparse\"]", "[]"); });
        set.BadOwn("idx-14-omitted", "IDX-14", FaultId.IndexInvalid, "a blob left out that no list names", forge =>
        {
            Sparse(forge);
            forge.Index = index => Renumber(index, blob => blob, new UnorderedBlob(Digest.Of([]), 7, MediaTypes.OciManifest, null, [], null) { Data = BlobData.Omitted });
        });
        set.BadOwn("idx-19-layer", "IDX-19", FaultId.IndexInvalid, "a layer that is left out", forge => Omit(forge, Digest.Of(One)));
        set.BadOwn("idx-19-config", "IDX-19", FaultId.IndexInvalid, "a config that is left out", forge =>
        {
            Sparse(forge);
            forge.Index = index => Omitted(index, index.Blobs[index.Blobs.First(blob => blob.Config is not null).Config!.Value].Digest);
        });
        set.BadOwn("idx-10-omitted", "IDX-10", FaultId.IndexInvalid, "an image whose manifest is left out", forge =>
        {
            forge.Name("example/app", forge.Image("app", One), ["2.0"]);
            forge.Index = index => index with { Blobs = [new IndexBlob(index.Images[0].Digest, 7, MediaTypes.OciManifest, null, [], null) { Data = BlobData.Omitted }] };
        });
        set.BadOwn("idx-18-omitted-manifest", "IDX-18", FaultId.IndexInvalid, "a child left out whose parts are named", forge =>
        {
            Sparse(forge);
            forge.Blobs(blobs => [.. blobs.Select(blob => blob.Config is null ? blob : blob with { Data = BlobData.Omitted })]);
        });
        set.BadOwn("man-1-omitted-size", "MAN-1", FaultId.ManifestInvalid, "a child left out whose size is not what its list says", forge =>
        {
            Sparse(forge);
            forge.Blobs(blobs => [.. blobs.Select(blob => blob.Data == BlobData.Omitted ? blob with { Size = blob.Size + 1 } : blob)]);
        });
        set.BadOwn("man-1-omitted-type", "MAN-1", FaultId.ManifestInvalid, "a child left out whose media type is not what its list says", forge =>
        {
            Sparse(forge);
            forge.Blobs(blobs => [.. blobs.Select(blob => blob.Data == BlobData.Omitted ? blob with { MediaType = MediaTypes.DockerManifest } : blob)]);
        });
        set.BadOwn("lim-1-omitted", "LIM-1", FaultId.LimitExceeded, "a child left out that is larger than a manifest may be", forge =>
        {
            Sparse(forge);
            forge.Blobs(blobs => [.. blobs.Select(blob => blob.Data == BlobData.Omitted ? blob with { Size = Limits.Manifest + 1 } : blob)]);
        });
    }

    private static void Lent(Forge forge)
    {
        forge.Name("example/app", forge.Image("app", One, Two), ["2.0"]);
        forge.Base(First, One);
    }

    private static void Sparse(Forge forge)
    {
        var kept = forge.Image("amd64", One);
        var left = Text($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{First}}","size":9},"layers":[]}""");
        var list = forge.Manifest($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{Child(forge, kept, "amd64")}},{{Child(forge, left, "arm64")}}]}""");
        forge.Omit(left);
        forge.Name("example/multi", list, ["1.0"]);
    }

    private static string Child(Forge forge, byte[] manifest, string architecture) =>
        forge.Descriptor(manifest, MediaTypes.OciManifest, $$""","platform":{"architecture":"{{architecture}}","os":"linux"}""");

    private static void Omit(Forge forge, Digest digest)
    {
        Sparse(forge);
        forge.Index = index => Omitted(index, digest);
    }

    private static BundleIndex Omitted(BundleIndex index, Digest digest) =>
        Renumber(index, blob => blob.Digest == digest ? blob with { Data = BlobData.Omitted } : blob);
}
