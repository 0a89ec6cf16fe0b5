using Bundle.Faults;
using Bundle.Model;
using static Bundle.Vectors.Sample;

namespace Bundle.Vectors;

/// <summary>Packages with a manifest that breaks a rule or contradicts the index.</summary>
internal static class ManifestVectors
{
    public static void AddTo(VectorSet set)
    {
        AddForms(set);
        AddContradictions(set);
        AddData(set);
    }

    private static void AddForms(VectorSet set)
    {
        const string Begin = "{\"schemaVersion\":2,";
        (string Kind, string Note, Func<string, string> Edit)[] forms =
        [
            ("schema-1", "schemaVersion 1", text => text.Replace("\"schemaVersion\":2", "\"schemaVersion\":1", StringComparison.Ordinal)),
            ("schema-missing", "no schemaVersion", text => text.Replace(Begin, "{", StringComparison.Ordinal)),
            ("schema-text", "schemaVersion is a string", text => text.Replace("\"schemaVersion\":2", "\"schemaVersion\":\"2\"", StringComparison.Ordinal)),
            ("member-twice", "a member twice", text => text.Replace(Begin, Begin + "\"schemaVersion\":2,", StringComparison.Ordinal)),
            ("member-twice-unknown", "an unknown member twice", text => text.Replace(Begin, Begin + "\"x\":1,\"x\":2,", StringComparison.Ordinal)),
            ("member-twice-nested", "a member twice in an unknown member", text => text.Replace(Begin, Begin + "\"x\":{\"y\":1,\"y\":1},", StringComparison.Ordinal)),
            ("member-twice-escaped", "a member twice, once escaped", text => text.Replace(Begin, Begin + "\"layer\\u0073\":[],", StringComparison.Ordinal)),
            ("manifests-and-layers", "manifests beside config and layers", text => text.Replace(Begin, Begin + "\"manifests\":[],", StringComparison.Ordinal)),
            ("manifests-null", "config and layers missing, manifests null", _ => "{\"schemaVersion\":2,\"manifests\":null}"),
            ("neither", "neither config nor manifests", _ => "{\"schemaVersion\":2}"),
            ("media-type", "a media type that version 1 does not have", text => text.Replace(MediaTypes.OciManifest, "application/vnd.docker.distribution.manifest.v1+json", StringComparison.Ordinal)),
            ("media-type-list", "the media type of a list", text => text.Replace(MediaTypes.OciManifest, MediaTypes.OciIndex, StringComparison.Ordinal)),
            ("media-type-other", "Docker's media type where the index says OCI", text => text.Replace(MediaTypes.OciManifest, MediaTypes.DockerManifest, StringComparison.Ordinal)),
            ("depth", "JSON of depth 33", text => text.Replace(Begin, Begin + "\"x\":" + new string('[', 32) + new string(']', 32) + ",", StringComparison.Ordinal)),
            ("cut", "JSON that is cut", text => text[..^1]), ("two-documents", "two JSON documents", text => text + text), ("comma", "a comma before the end", text => text[..^1] + ",}"),
            ("comment", "a comment", text => text + "/**/"), ("byte-order-mark", "a byte-order mark", text => "\u00EF\u00BB\u00BF" + text), ("array", "an array", text => "[" + text + "]"),
            ("empty", "no byte", _ => ""), ("utf8", "a string that is not UTF-8", text => text.Replace(Begin, Begin + "\"x\":\"\u00FF\",", StringComparison.Ordinal)),
            ("utf8-name", "a member's name that is not UTF-8", text => text.Replace(Begin, Begin + "\"\u00FF\":1,", StringComparison.Ordinal)),
        ];
        foreach (var (kind, note, edit) in forms)
        {
            set.Bad("man-1-" + kind, kind == "depth" ? "MAN-1 LIM-1" : "MAN-1", FaultId.ManifestInvalid, "a manifest: " + note, forge => forge.Rewrite(text =>
                edit(text) is var edited && edited != text ? edited : throw new InvalidOperationException("nothing to edit")));
        }
    }

    private static void AddContradictions(VectorSet set)
    {
        set.Bad("man-1-size", "MAN-1", FaultId.ManifestInvalid, "a manifest gives a layer another size than the index", forge => forge.Rewrite(text => text.Replace("\"size\":10}", "\"size\":11}", StringComparison.Ordinal)));
        set.Bad("man-1-size-missing", "MAN-1", FaultId.ManifestInvalid, "a manifest gives a layer no size", forge => forge.Rewrite(text => text.Replace(",\"size\":10}", "}", StringComparison.Ordinal)));
        set.Bad("man-1-size-negative", "MAN-1", FaultId.ManifestInvalid, "a manifest gives a layer a negative size", forge => forge.Rewrite(text => text.Replace("\"size\":10}", "\"size\":-10}", StringComparison.Ordinal)));
        set.Bad("man-1-digest", "MAN-1", FaultId.ManifestInvalid, "a manifest names another layer than the index", forge =>
            forge.Rewrite(text => text.Replace(Digest.Of(Text("layer one\n")).ToString(), Digest.Of(Text("layer 999\n")).ToString(), StringComparison.Ordinal)));
        set.Bad("man-1-digest-algorithm", "MAN-1", FaultId.ManifestInvalid, "a manifest names a layer by sha512", forge => forge.Rewrite(text => text.Replace("sha256:", "sha512:", StringComparison.Ordinal)));
        set.Bad("man-1-order", "MAN-1 IDX-12", FaultId.ManifestInvalid, "the index gives a manifest's layers in another order", forge =>
            forge.Blobs(blobs => [blobs[0] with { Layers = [.. blobs[0].Layers.Reverse()] }, .. blobs[1..]]));
        set.Bad("man-1-layer-twice", "MAN-1 IDX-12", FaultId.ManifestInvalid, "the index gives a manifest a layer more", forge => forge.Blobs(blobs => [blobs[0] with { Layers = [.. blobs[0].Layers, 2] }, .. blobs[1..]]));
        set.Bad("man-1-layer-fewer", "MAN-1 IDX-12", FaultId.ManifestInvalid, "a manifest names a layer that the index does not have", forge => forge.Index = index =>
            Sample.Renumber(index with { Blobs = [.. index.Blobs.Take(3).Select(blob => blob.IsManifest ? blob with { Layers = [2] } : blob)] }, blob => blob));
        set.Bad("man-1-config", "MAN-1 IDX-12", FaultId.ManifestInvalid, "the index takes a layer for the config", forge => forge.Index = index => Renumber(index, blob =>
            blob.IsManifest ? blob with { Config = blob.Layers[0], Layers = [blob.Config!.Value, blob.Layers[1]] } : blob));
        set.Bad("man-1-type-of-layer", "MAN-1", FaultId.ManifestInvalid, "the index gives a layer another media type than the manifest", forge =>
            forge.Blobs(blobs => [.. blobs[..3], blobs[3] with { MediaType = "text/plain" }]));
        set.Bad("man-1-type-of-config", "MAN-1 TAR-9", FaultId.ManifestInvalid, "the index gives a config another media type than the manifest, and manifest.json follows the index", forge =>
            forge.Blobs(blobs => [blobs[0], blobs[1] with { MediaType = "text/plain" }, .. blobs[2..]]));
        set.Bad("man-1-list-for-image", "MAN-1 IDX-12", FaultId.ManifestInvalid, "the index takes an image manifest for an empty list", forge => forge.Index = index => index with
        {
            Images = [index.Images[0] with { MediaType = MediaTypes.OciIndex }],
            Blobs = [index.Blobs[0] with { MediaType = MediaTypes.OciIndex, Config = null, Layers = [], Manifests = [] }],
        });
        set.BadOwn("man-1-children-order", "MAN-1 IDX-12", FaultId.ManifestInvalid, "the index gives a list's children in another order", forge =>
        {
            List(forge, "");
            forge.Blobs(blobs => blobs.Select(blob => blob.Manifests is null ? blob : blob with { Manifests = [.. blob.Manifests.Reverse()] }));
        });
    }

    private static void AddData(VectorSet set)
    {
        (string Kind, string Note, string Data)[] cases =
        [
            ("other", "another content of the same size", "\"" + Convert.ToBase64String(Text("layer 999\n")) + "\""), ("short", "one byte less", "\"" + Convert.ToBase64String(Text("layer one")) + "\""),
            ("no-base64", "no base64", "\"!\""), ("number", "a number", "1"), ("empty", "empty", "\"\""),
        ];
        foreach (var (kind, note, data) in cases)
        {
            set.Bad("man-2-data-" + kind, "MAN-2", FaultId.ManifestInvalid, "the data embedded in a layer's descriptor: " + note, forge =>
                forge.Rewrite(text => text.Replace("\"size\":10}", "\"size\":10,\"data\":" + data + "}", StringComparison.Ordinal)));
        }
    }

    private static void List(Forge forge, string seed)
    {
        var list = GoodVectors.List(forge, (forge.Image(seed + "amd64"), "amd64", "linux"), (forge.Image(seed + "arm64"), "arm64", "linux"));
        forge.Name("example/multi", list, ["1.0"], platforms: ["linux/amd64", "linux/arm64"]);
    }
}
