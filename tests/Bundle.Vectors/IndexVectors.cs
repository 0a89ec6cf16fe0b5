using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using static Bundle.Vectors.Sample;

namespace Bundle.Vectors;

/// <summary>Indexes in canonical form whose images, signatures or blobs break a rule.</summary>
internal static class IndexVectors
{
    public static void AddTo(VectorSet set)
    {
        AddNames(set);
        AddImages(set);
        AddSignatures(set);
        AddBlobs(set);
        AddReach(set);
    }

    private static void AddNames(VectorSet set)
    {
        (string Kind, string Name)[] names =
        [
            ("upper", "example/App"), ("empty-component", "example//app"), ("slash-at-end", "example/app/"), ("slash-at-start", "/example/app"), ("dot-dot", "example/../app"),
            ("underscores", "example/a___b"), ("separator-at-end", "example/app-"), ("too-long", "example/" + new string('a', 248)), ("empty", ""), ("tag-inside", "example/app:1.0"),
            ("space", "example/a b"), ("non-ascii", "example/\u00C3\u00A4"), ("newline", "example/app\\n"),
        ];
        foreach (var (kind, name) in names)
        {
            set.Bad("idx-6-" + kind, "IDX-6", FaultId.IndexInvalid, "a name against the grammar: " + kind.Replace('-', ' '), forge => forge.Replace("\"example/app\"", "\"" + name + "\""));
        }

        foreach (var (kind, host) in new[] { ("port", "localhost:123456"), ("port-empty", "localhost:"), ("hyphen", "-a.example"), ("dot-at-end", "a.example."), ("ipv6", "[::1]:5000") })
        {
            set.Bad("idx-6-host-" + kind, "IDX-6", FaultId.IndexInvalid, "a host against the grammar: " + kind.Replace('-', ' '), forge =>
                forge.Replace("\"name\":\"example/app\"", "\"name\":\"" + host + "/example/app\""));
        }

        set.Bad("idx-7-other", "IDX-7", FaultId.IndexInvalid, "another repository than the name's", forge => forge.Replace("\"repository\":\"example/app\"", "\"repository\":\"example/apq\""));
        set.Bad("idx-7-with-host", "IDX-7", FaultId.IndexInvalid, "the repository keeps the host", forge => forge.Replace("\"example/app\"", "\"localhost/app\""));
        set.Bad("idx-7-parent", "IDX-7", FaultId.IndexInvalid, "the repository leads out of the registry's directory", forge =>
            forge.Replace("\"repository\":\"example/app\"", "\"repository\":\"../../app\""));
    }

    private static void AddImages(VectorSet set)
    {
        set.BadOwn("idx-5-order", "IDX-5", FaultId.IndexInvalid, "images not in order of their names", forge => { Two(forge); forge.Images(images => images.Reverse()); });
        set.BadOwn("idx-5-order-digest", "IDX-5", FaultId.IndexInvalid, "images of a name not in order of their digests", forge =>
        {
            Two(forge, "same", "same");
            forge.Images(images => images.Reverse());
        });
        set.Bad("idx-5-twice", "IDX-5", FaultId.IndexInvalid, "an image twice", forge => forge.Images(images => [images[0], images[0]]));
        foreach (var (kind, tags) in new[]
        {
            ("invalid", new[] { ".1" }), ("slash", ["a/b"]), ("dot-dot", [".."]), ("too-long", [new string('t', 129)]), ("space", ["a b"]),
            ("empty", [""]), ("order", ["b", "a"]), ("twice", ["a", "a"]), ("not-ascii", ["é"]),
        })
        {
            set.Bad("idx-8-tag-" + kind, "IDX-8", FaultId.IndexInvalid, "tags: " + kind.Replace('-', ' '), forge => forge.Images(images => [images[0] with { Tags = tags }]));
        }

        set.BadOwn("idx-8-tag-conflict", "IDX-8", FaultId.IndexInvalid, "a tag of a name points to two digests", forge =>
        {
            Two(forge, "same", "same");
            forge.Images(images => images.Select(image => image with { Tags = ["1.0"] }));
        });
        set.BadOwn("idx-8-tag-conflict-hosts", "IDX-8", FaultId.IndexInvalid, "a tag of a repository points to two digests below two hosts", forge =>
        {
            Two(forge, "a.example/same", "b.example/same");
            forge.Images(images => images.Select(image => image with { Tags = ["1.0"] }));
        });
        set.Bad("idx-9-no-reference", "IDX-9", FaultId.IndexInvalid, "neither tag nor digest", forge => forge.Images(images => [images[0] with { Tags = [] }]));
        set.Bad("idx-10-no-manifest", "IDX-10", FaultId.IndexInvalid, "the image's digest is that of a layer", forge =>
            forge.Images(images => [images[0] with { Digest = Digest.Of(Text("layer one\n")) }]));
        set.Bad("idx-10-no-blob", "IDX-10", FaultId.IndexInvalid, "the image's digest is that of no blob", forge => forge.IndexText = text =>
        {
            var at = text.IndexOf("\"digest\":\"sha256:", StringComparison.Ordinal) + 17;
            return text[..at] + new string('0', 64) + text[(at + 64)..];
        });
        set.Bad("idx-10-media-type", "IDX-10", FaultId.IndexInvalid, "the image's media type is not the manifest's", forge =>
            forge.Images(images => [images[0] with { MediaType = MediaTypes.DockerManifest }]));
        foreach (var (kind, platforms) in new[] { ("two", new[] { "linux/amd64", "linux/arm64" }), ("order", ["linux/arm64", "linux/amd64"]), ("twice", ["linux/amd64", "linux/amd64"]), ("form", ["linux"]), ("control", ["linux/\u007F"]) })
        {
            set.Bad("idx-10-platforms-" + kind, "IDX-10", FaultId.IndexInvalid, "platforms: " + kind, forge => forge.Images(images => [images[0] with { Platforms = platforms }]));
        }
    }

    private static void AddSignatures(VectorSet set)
    {
        (string Kind, string Note, Func<IndexSignature, IndexSignature[]> Edit)[] cases =
        [
            ("order", "numbers descend", s => [s with { Number = 2 }, s with { Number = 1 }]), ("twice", "a number twice", s => [s, s]), ("number", "number 0", s => [s with { Number = 0 }]),
            ("manifest", "of a manifest that the image does not have", s => [s with { Manifest = Digest.Of([]) }]), ("layer", "of a layer", s => [s with { Manifest = Digest.Of(Text("layer one\n")) }]),
            ("sizes", "one digest with two sizes", s => [s, s with { Number = 2, Size = 10 }]),
        ];
        foreach (var (kind, note, edit) in cases)
        {
            set.Bad("idx-11-" + kind, "IDX-11", FaultId.IndexInvalid, "signatures: " + note, forge => Sign(forge, Text("signature"), edit));
        }

        set.Bad("idx-11-large", "IDX-11", FaultId.IndexInvalid, "a signature of 65,536 bytes", forge => Sign(forge, new byte[65536], s => [s]));
    }

    private static void Sign(Forge forge, byte[] signature, Func<IndexSignature, IndexSignature[]> edit)
    {
        var digest = forge.Put(signature);
        forge.Images(images => [images[0] with { Signatures = edit(new IndexSignature(images[0].Digest, 1, digest, signature.Length)) }]);
    }

    private static void AddBlobs(VectorSet set)
    {
        (string Kind, string Old, string New)[] texts =
        [
            ("config-outside", "\"config\":1", "\"config\":4"), ("config-negative", "\"config\":1", "\"config\":-1"), ("layer-outside", "\"layers\":[2,3]", "\"layers\":[2,4]"),
            ("layer-huge", "\"layers\":[2,3]", "\"layers\":[2,4294967298]"), ("layers-missing", ",\"layers\":[2,3]", ""), ("config-missing", "\"config\":1,", ""),
            ("both", "\"layers\":[2,3]", "\"layers\":[2,3],\"manifests\":[]"), ("member", "\"config\":1", "\"subject\":1,\"config\":1"), ("config-null", "\"config\":1", "\"config\":null"),
        ];
        foreach (var (kind, old, by) in texts)
        {
            set.Bad("idx-12-" + kind, "IDX-12", FaultId.IndexInvalid, "a manifest's positions: " + kind.Replace('-', ' '), forge => forge.Replace(old, by));
        }

        set.Bad("idx-12-child", "IDX-12", FaultId.IndexInvalid, "a list's child is no manifest", forge => forge.Blobs(blobs =>
            [blobs[0] with { Config = null, Layers = [], Manifests = [1, 2, 3], MediaType = MediaTypes.OciIndex }, .. blobs[1..]]));
        set.Bad("idx-12-list-type", "IDX-12", FaultId.IndexInvalid, "an image manifest with the media type of a list", forge => Type(forge, MediaTypes.OciIndex));
        set.Bad("idx-12-other-type", "IDX-12", FaultId.IndexInvalid, "a manifest with a media type that version 1 does not have", forge =>
            Type(forge, "application/vnd.docker.distribution.manifest.v1+json"));
        set.Bad("idx-12-type-missing", "IDX-12", FaultId.IndexInvalid, "a blob without a media type", forge => forge.Blobs(blobs => [.. blobs[..3], blobs[3] with { MediaType = "" }]));
        set.Bad("idx-13-order", "IDX-13", FaultId.IndexInvalid, "layers not in order of their digests", forge => forge.Blobs(blobs => [blobs[0], blobs[1], blobs[3], blobs[2]]));
        set.Bad("idx-13-config-behind", "IDX-13", FaultId.IndexInvalid, "the config stands behind the layers", forge => forge.Blobs(blobs =>
            [blobs[0] with { Config = 3, Layers = [1, 2] }, blobs[2], blobs[3], blobs[1]]));
        set.Bad("idx-13-manifest-behind", "IDX-13", FaultId.IndexInvalid, "the manifest stands behind the config", forge => forge.Blobs(blobs =>
            [blobs[1], blobs[0] with { Config = 0 }, blobs[2], blobs[3]]));
        set.BadOwn("idx-13-large-first", "IDX-13", FaultId.IndexInvalid, "a large layer stands before a small one", forge =>
        {
            forge.Name("app", forge.Image("app", new byte[65536], Text("small\n")), ["1"]);
            forge.Blobs(blobs => [blobs[0], blobs[1], blobs[3], blobs[2]]);
        });
        set.Bad("idx-13-twice", "IDX-13", FaultId.IndexInvalid, "a layer twice", forge => forge.Blobs(blobs => [.. blobs, blobs[3]]));
    }

    private static void Type(Forge forge, string type) => forge.Index = index => index with
    {
        Images = [index.Images[0] with { MediaType = type }],
        Blobs = [index.Blobs[0] with { MediaType = type }, .. index.Blobs.Skip(1)],
    };

    private static void AddReach(VectorSet set)
    {
        set.Bad("idx-14-orphan", "IDX-14", FaultId.IndexInvalid, "a blob that no image has", forge => forge.Index = index =>
            Renumber(index, blob => blob, new UnorderedBlob(forge.Put(Text("orphan\n")), 7, Layer, null, [], null)));
        set.BadOwn("idx-14-orphan-manifest", "IDX-14", FaultId.IndexInvalid, "a manifest that no image has", forge => { Two(forge); forge.Images(images => [images[0]]); });
        set.Bad("idx-15-cycle", "IDX-15", FaultId.IndexInvalid, "a list that the index says holds itself", forge => forge.Index = index =>
        {
            var list = new UnorderedBlob(index.Images[0].Digest, index.Blobs[0].Size, MediaTypes.OciIndex, null, [], [index.Images[0].Digest]);
            return new BundleIndex([index.Images[0] with { MediaType = MediaTypes.OciIndex }], BlobOrder.Sort([list]), index.Files);
        });
        set.BadOwn("idx-15-cycle-of-two", "IDX-15", FaultId.IndexInvalid, "two lists that the index says hold each other", forge =>
        {
            forge.Name("nested", GoodVectors.Nested(forge, 3), ["1.0"]);
            forge.Index = index =>
            {
                var lists = index.Blobs.Where(blob => blob.Manifests is not null).ToArray();
                return Renumber(index, blob => blob.Manifests is null ? blob : blob with { Manifests = [.. lists.Select(list => list.Digest), .. blob.Manifests] });
            };
        });
        set.BadOwn("idx-15-too-deep", "IDX-15", FaultId.IndexInvalid, "manifests nested 5 deep", forge =>
        {
            var inner = GoodVectors.Nested(forge, 3);
            var outer = Text($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{forge.Descriptor(inner, MediaTypes.OciIndex)}}]}""");
            forge.Name("nested", inner, ["1.0"]);
            forge.Index = index => Renumber(index, blob => blob, new UnorderedBlob(forge.Put(outer), outer.Length, MediaTypes.OciIndex, null, [], [Digest.Of(inner)]))
                with
            { Images = [index.Images[0] with { Digest = Digest.Of(outer) }] };
        });
    }
}
