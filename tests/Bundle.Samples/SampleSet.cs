namespace Bundle.Samples;

/// <summary>A small product, as <c>skopeo sync --all --scoped --dest dir</c> leaves it: every kind of image that is met in the field.</summary>
public static class SampleSet
{
    /// <summary>Writes all images.</summary>
    public static void Write(string folder)
    {
        WriteKube(folder);
        var common = Image.Gzip(Content.Tar("common", 300_000, 400_000));
        var api = Image.OfOci("amd64", common, Image.Gzip(Content.Tar("api", 50_000, 2_500_000)));
        var plain = Content.Tar("plain", 3_000_000, 500_000);
        var zstd = Content.Tar("zstd", 100_000, 200_000);
        var worker = Image.OfOci("amd64", common, (new Blob(Image.OciTar, plain), plain), (new Blob(Image.OciZstd, Content.Zstd(zstd)), zstd), Image.Gzip(Content.EmptyTar()));
        Put(folder, "localhost:5000/product/team/api:2.0", api);
        Put(folder, "localhost:5000/product/team/api:latest", api);
        Put(folder, "product/worker:2.0", worker);
        WriteArtifacts(folder, api);
        WriteLists(folder);
    }

    /// <summary>Writes the next release of the same product: one image stays, some change, one goes, one comes.</summary>
    public static void WriteNext(string folder)
    {
        WriteKube(folder, "v1.20.6", changed: 40_000);
        var common = Image.Gzip(Content.Tar("common", 300_000, 400_000));
        var api = Image.OfOci("amd64", common, Image.Gzip(Content.Tar("api", 60_000, 2_400_000)));
        Put(folder, "localhost:5000/product/team/api:2.1", api);
        Put(folder, "localhost:5000/product/team/api:latest", api);
        Put(folder, "product/report:1.0", Image.OfOci("amd64", common, Image.Gzip(Content.Tar("report", 20_000, 30_000))));
        WriteLists(folder);
    }

    /// <summary>Writes three images of one release that share two of their three layers: twelve files, eight blobs.</summary>
    public static void WriteKube(string folder, string tag = "v1.20.5", int changed = 30_000)
    {
        var (bottom, middle) = (Content.Tar("distroless", 40_000, 600_000), Content.Tar("runner", 20_000, 300_000));
        foreach (var name in (string[])["kube-apiserver", "kube-controller-manager", "kube-scheduler"])
        {
            Put(folder, $"registry.k8s.io/{name}:{tag}", Image.OfDocker("amd64", bottom, middle, Content.Tar(name, changed, 700_000)));
        }
    }

    /// <summary>Writes deploy scripts, with different modes.</summary>
    public static void WriteScripts(string folder)
    {
        var deploy = Path.Combine(folder, "deploy");
        Directory.CreateDirectory(Path.Combine(deploy, "conf"));
        Script(Path.Combine(deploy, "install.sh"), "#!/bin/sh\necho installing\n", 0x1ED);
        Script(Path.Combine(deploy, "README.txt"), "Run install.sh.\n", 0x1A4);
        Script(Path.Combine(deploy, "conf", "values.yaml"), "replicas: 3\n", 0x1A0);
    }

    private static void WriteArtifacts(string folder, Image api)
    {
        Put(folder, "localhost:5000/product/team/api:sbom", Image.Artifact("application/spdx+json", api, new Blob("application/spdx+json", "{\"spdxVersion\":\"SPDX-2.3\"}"u8.ToArray())));
        Put(folder, $"localhost:5000/product/team/api:sha256-{api.Manifest.Hex}.sig",
            Image.Artifact("application/vnd.dev.cosign.artifact.sig.v1+json", null, new Blob("application/vnd.dev.cosign.simplesigning.v1+json", "{\"critical\":{}}"u8.ToArray())));
        Put(folder, "product/zero:1", Image.Artifact("application/vnd.example.flag", null, new Blob("application/vnd.example.nothing", [])));
    }

    private static void WriteLists(string folder)
    {
        var amd64 = Image.OfOci("amd64", Image.Gzip(Content.Tar("tool-amd64", 80_000, 100_000)));
        var arm64 = Image.OfOci("arm64", Image.Gzip(Content.Tar("tool-arm64", 80_000, 100_000)));
        var attestation = Image.OfOci("unknown", (new Blob("application/vnd.in-toto+json", "{\"_type\":\"https://in-toto.io/Statement/v0.1\"}"u8.ToArray()), []));
        var multi = Image.List(oci: true, (amd64, "amd64", null), (arm64, "arm64", null), (attestation, "unknown", null));
        Put(folder, "tools/multi:1", multi);
        Put(folder, $"tools/multi@sha256:{multi.Manifest.Hex}", multi);

        var legacy = Image.List(oci: false,
            (Image.OfDocker("amd64", Content.Tar("legacy-amd64", 10_000, 80_000)), "amd64", null),
            (Image.OfDocker("arm64", Content.Tar("legacy-arm64", 10_000, 80_000)), "arm64", "v8"));
        Put(folder, "tools/legacy:0.9", legacy);
        File.WriteAllBytes(Path.Combine(folder, "tools/legacy:0.9/signature-1"), [0x90, .. Content.Noise("signature of the list", 300)]);
        File.WriteAllBytes(Path.Combine(folder, $"tools/legacy:0.9/{legacy.Children[0].Manifest.Hex}.signature-1"), [0x90, .. Content.Noise("signature of a child", 300)]);
    }

    private static void Put(string folder, string name, Image image) => image.WriteTo(Path.Combine(folder, name));

    private static void Script(string path, string text, int mode)
    {
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)mode);
        }
    }
}
