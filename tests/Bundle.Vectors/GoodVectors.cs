using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using static Bundle.Vectors.Sample;

namespace Bundle.Vectors;

/// <summary>Packages that are whole.</summary>
internal static class GoodVectors
{
    public static void AddTo(VectorSet set)
    {
        AddImages(set);
        AddContents(set);
        AddLayouts(set);
    }

    private static void AddImages(VectorSet set)
    {
        set.Good("good-minimal", "PKG-1 TAR-1 TAR-2 TAR-3 TAR-7 TAR-8 TAR-9 IDX-1 CHECK-1", "one image without layers, one tag", forge =>
            forge.Name("app", forge.Image("app"), ["1.0"]));
        set.Good("good-empty", "PKG-1 IDX-1", "no image and no file", _ => { });
        set.Good("good-shared-layers", "IDX-5 IDX-8 IDX-13 TAR-7 TAR-8 TAR-9", "two images that share a layer, two tags, and three names", forge =>
        {
            var app = forge.Image("app", Text("shared layer\n"), Text("layer of app\n"));
            forge.Name("localhost:5000/product/app", app, ["1.0", "latest"]);
            forge.Name("registry.example.com/product/app", app, ["1.0"], byDigest: true);
            forge.Name("base", forge.Image("base", Text("shared layer\n")), ["2.0"]);
        });
        set.Good("good-same-layer-twice", "IDX-12 MAN-1", "a manifest that names one layer twice", forge =>
            forge.Name("app", forge.Image("app", Text("layer\n"), Text("layer\n")), ["1.0"]));
        set.Good("good-by-digest", "IDX-9 TAR-8 TAR-9", "an image that goes by name@digest alone", forge =>
            forge.Name("localhost/app", forge.Image("app", Text("layer\n")), [], byDigest: true));
        set.Good("good-names", "IDX-6 IDX-7 IDX-8", "names and tags at the edges of the grammar", forge =>
        {
            var app = forge.Image("app");
            foreach (var name in new[] { "a", "a__b/c.d/e---f", "1.2.3.4:65535/0", "Localhost.Example:1/a", "localhost/a", new string('a', 255) })
            {
                forge.Name(name, app, ["_", new string('T', 128)]);
            }
        });
        set.Good("good-multi-arch", "IDX-12 IDX-15 TAR-7 TAR-9 MAN-1", "a list of two platforms and an attestation", forge =>
        {
            var (amd, arm) = (forge.Image("amd64", Text("amd64\n")), forge.Image("arm64", Text("arm64\n")));
            var proof = forge.Manifest($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{forge.Descriptor(Text("{}"), MediaTypes.OciConfig)}},"layers":[{{forge.Descriptor(Text("{\"predicate\":{}}"), "application/vnd.in-toto+json")}}]}""");
            var list = List(forge, (amd, "amd64", "linux"), (arm, "arm64", "linux"), (proof, "unknown", "unknown"));
            forge.Name("example/multi", list, ["1.0"], platforms: ["linux/amd64", "linux/arm64"]);
        });
        set.Good("good-nested-lists", "IDX-15", "manifests nested 4 deep", forge => forge.Name("nested", Nested(forge, 3), ["1.0"]));
        set.Good("good-artifact-subject", "TAR-9 MAN-1", "an artifact whose subject is not in the package", forge =>
        {
            var subject = $$""","subject":{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{Digest.Of([])}}","size":7}""";
            forge.Name("artifact", forge.Manifest($$"""{"schemaVersion":2,"artifactType":"application/x-sbom","config":{{forge.Descriptor(Text("{}"), "application/vnd.oci.empty.v1+json")}},"layers":[{{forge.Descriptor(Text("sbom\n"), "text/plain")}}]{{subject}}}"""), ["1.0"], platforms: []);
        });
        set.Good("good-docker-types", "IDX-10 MAN-1 TAR-9", "Docker's media types", forge =>
            forge.Name("docker", forge.Manifest($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.DockerManifest}}","config":{{forge.Descriptor(Text("""{"architecture":"amd64","os":"linux"}"""), MediaTypes.DockerConfig)}},"layers":[]}"""), ["1.0"]));
        set.Good("good-manifest-forms", "MAN-1 MAN-2", "a manifest with white space, unknown members, embedded data, JSON of depth 32, and no mediaType", forge =>
        {
            var config = Text("""{"architecture":"amd64","os":"linux"}""");
            var data = $$""","data":"{{Convert.ToBase64String(config)}}" """;
            forge.Name("forms", forge.Manifest($$"""
                { "deep": {{new string('[', 31)}}{{new string(']', 31)}}, "schemaVersion": 2,
                  "config": {{forge.Descriptor(config, MediaTypes.OciConfig, data)}}, "layers": [] }
                """), ["1.0"]);
        });
        set.Good("good-smallest-type", "MAN-1", "a layer that two manifests give different media types", forge =>
        {
            foreach (var (name, type) in new[] { ("a", "text/b"), ("b", "text/a") })
            {
                forge.Name(name, forge.Manifest($$"""{"schemaVersion":2,"config":{{forge.Descriptor(Text("{}"), "text/config")}},"layers":[{{forge.Descriptor(Text("layer\n"), type)}}],"annotations":{"is":"{{name}}"} }"""), ["1"], platforms: []);
            }
        });
    }

    private static void AddContents(VectorSet set)
    {
        set.Good("good-files", "IDX-16 IDX-17 TAR-3", "files of several modes, one of them empty, one with UTF-8 and a quote", forge =>
        {
            forge.File("a b/c", 511, Text("c\n"));
            forge.File("a/b", 0, []);
            forge.File("a-b", 420, Text("a-b\n"));
            forge.File("ä\"€😀/\uFFFDx", 493, Text("utf-8\n"));
            forge.File("...", 292, Text("dots\n"));
        });
        set.Good("good-long-names", "TAR-4 IDX-17", "names of 100 and 101 bytes, split ones, and GNU long names", forge =>
        {
            foreach (var path in new[]
            {
                new string('a', 94), new string('b', 95), new string('c', 149) + "/" + new string('d', 100), new string('c', 149) + "/" + new string('d', 101),
                new string('e', 150) + "/f", new string('g', 50) + "/" + new string('h', 60) + "/" + new string('i', 60), string.Concat(Enumerable.Repeat("j/", 2047)) + "kk",
                new string('l', 101 - 6) + "/" + new string('m', 255), string.Concat(Enumerable.Repeat("é/", 60)) + "n",
            })
            {
                forge.File(path, 420, Text("same\n"));
            }
        });
        set.Good("good-signatures", "IDX-11 TAR-2", "two signatures of an image, one of a child, and one that two images share", forge =>
        {
            var child = forge.Image("child");
            var list = List(forge, (child, "amd64", "linux"));
            IndexSignature Sign(byte[] manifest, int number, string text) => new(Digest.Of(manifest), number, forge.Put(Text(text)), text.Length);
            forge.Name("signed", list, ["1.0"], signatures: [Sign(list, 1, "first"), Sign(list, 3, "third"), Sign(child, 1, "of child")]);
            forge.Name("signed-too", child, ["1.0"], signatures: [Sign(child, 1, "of child")]);
        });
        set.Good("good-zero-size", "IDX-13 TAR-6", "an empty layer, and an empty file", forge =>
        {
            forge.Name("zero", forge.Image("zero", []), ["1.0"]);
            forge.File("empty", 420, []);
        });
        set.Good("good-time", "TAR-5", "SOURCE_DATE_EPOCH 1,700,000,000", forge =>
        {
            forge.Time = 1_700_000_000;
            forge.Name("timed", forge.Image("timed"), ["1.0"]);
            forge.File(new string('t', 200), 420, Text("long names keep the time 0 in their own header\n"));
        });
        set.Good("good-time-max", "TAR-5", "the greatest modification time", forge => forge.Time = 8_589_934_591);
    }

    private static void AddLayouts(VectorSet set)
    {
        set.Good("good-large", "FRAME-2 FRAME-3 TAR-6 RANGE-1", "layers of 65,535, 65,536 and 65,537 bytes, one of them large and without padding", forge =>
            forge.Name("large", forge.Image("large", new byte[65535], new byte[65536], new byte[65537]), ["1.0"]));
        set.Good("good-very-large", "FRAME-2 FRAME-3 SEEK-1", "a layer of exactly 2 MiB, one of a byte more, and a file of 5 MiB", forge =>
        {
            forge.Name("large", forge.Image("large", new byte[2_097_152], new byte[2_097_153]), ["1.0"]);
            forge.File("zeros", 420, new byte[5 * 1024 * 1024]);
        });
        set.Good("good-stored", "FRAME-1 RANGE-1", "a large layer that begins as gzip, in raw blocks; more than one range", forge =>
        {
            var layer = Noise(70_000, 1);
            (layer[0], layer[1]) = (0x1F, 0x8B);
            forge.Name("stored", forge.Image("stored", layer), ["1.0"]);
            var contents = new List<byte[]>();
            forge.Cuts = cuts => contents = [.. cuts];
            forge.Frames = frames =>
            {
                var stored = new byte[ZstdFrame.StoredLength(layer.Length)];
                ZstdFrame.Store(layer, stored);
                frames[contents.FindIndex(content => content.Length == layer.Length)] = stored;
            };
        });
        set.Good("good-raw-everywhere", "FRAME-1", "no block is compressed", forge =>
        {
            var contents = new List<byte[]>();
            forge.Name("raw", forge.Image("raw"), ["1"]);
            forge.Cuts = cuts => contents = [.. cuts];
            forge.Frames = frames =>
            {
                for (var i = 0; i < frames.Count; i++)
                {
                    frames[i] = new byte[ZstdFrame.StoredLength(contents[i].Length)];
                    ZstdFrame.Store(contents[i], frames[i]);
                }
            };
        });
        set.Good("good-many-frames", "FRAME-3 TAR-7", "small entries that fill more than one frame", forge =>
        {
            forge.Name("many", forge.Image("many"), ["1"]);
            for (var i = 0; i < 40; i++)
            {
                forge.File($"f{i:00}", 420, new byte[65_535 - (i == 0 ? 0 : 1)]);
            }
        });
        set.Good("good-full-frame", "FRAME-3", "small entries that fill a frame to its last byte, so that the end of the stream has one of its own", forge =>
        {
            // Three documents of two blocks each, 31 files of 127 and one of 121 blocks, each with its header: 4,096 blocks.
            for (var i = 0; i < 32; i++)
            {
                forge.File($"f{i:00}", 420, new byte[TarHeader.Block * (i < 31 ? 127 : 121)]);
            }
        });
        foreach (var (kind, length) in new[] { ("small", Limits.Large - 1), ("large", Limits.Large) })
        {
            set.Good("good-index-just-" + kind, "IDX-1 FRAME-3", $"an index of {length} bytes", forge =>
            {
                for (var i = 0; i < 30; i++)
                {
                    forge.File($"{i:00}{Components(2000)}", 420, Text("same\n"));
                }

                forge.Index = index =>
                {
                    BundleIndex With(string path) => index with { Files = [.. index.Files, index.Files[0] with { Path = path }] };
                    var more = length - IndexWriter.Write(With("z")).Length;
                    return With("z" + Components(more));
                };
            });
        }

        set.Good("good-large-index", "IDX-1 FRAME-3", "an index of more than 64 KiB", LargeIndex);
        set.Good("good-large-documents", "TAR-8 TAR-9 FRAME-3", "an index.json and a manifest.json of more than 64 KiB", forge =>
            forge.Name(new string('n', 255), forge.Image("tags"), Enumerable.Range(0, 300).Select(i => $"{i:000}").ToArray()));
        set.Good("good-large-manifest", "MAN-1 FRAME-3", "a manifest of more than 64 KiB", forge =>
            forge.Name("large", forge.Manifest($$"""{"schemaVersion":2,"config":{{forge.Descriptor(Text("{}"), "text/config")}}{{new string(' ', 70_000)}}}"""), ["1"], platforms: []));
    }

    // Folders of 249 bytes below each other, so many bytes of them.
    private static string Components(int length) => string.Concat(Enumerable.Range(0, length).Select(i => i % 250 == 0 && i < length - 1 ? '/' : 'p'));

    /// <summary>Files whose paths make the index large.</summary>
    public static void LargeIndex(Forge forge)
    {
        for (var i = 0; i < 20; i++)
        {
            forge.File($"{i:00}/" + string.Concat(Enumerable.Repeat("p/", 2000)) + "q", 420, Text("same\n"));
        }
    }

    /// <summary>An image in so many lists, one in the other.</summary>
    public static byte[] Nested(Forge forge, int lists)
    {
        var manifest = forge.Image("innermost");
        for (var i = 0; i < lists; i++)
        {
            manifest = List(forge, (manifest, "amd64", "linux"));
        }

        return manifest;
    }

    /// <summary>A list of manifests.</summary>
    public static byte[] List(Forge forge, params (byte[] Manifest, string Architecture, string Os)[] children) => forge.Manifest(
        $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{string.Join(',', children.Select(child =>
            forge.Descriptor(child.Manifest, MediaTypes.OciManifest, $$""","platform":{"architecture":"{{child.Architecture}}","os":"{{child.Os}}"}""")))}}]}""");
}
