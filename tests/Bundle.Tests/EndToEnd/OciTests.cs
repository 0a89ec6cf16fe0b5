using System.Text.Json;
using Bundle.Model;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary>The OCI layout, and skopeo's archive transports on the package as it is.</summary>
public sealed class OciTests
{
    public static TheoryData<string> Sets => Data.Names;

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Skopeo_copies_oci_images_from_the_layout_and_from_the_package(string set)
    {
        var data = Data.Of(set);
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "oci", "--to", temp["out"]);

        // skopeo before 1.14 skips docker's manifests in an OCI index.
        var copied = 0;
        foreach (var folder in data.Folders.Where(folder => MediaTypeOf(data, folder).Contains("oci", StringComparison.Ordinal) && !folder.Contains('@', StringComparison.Ordinal)))
        {
            foreach (var source in (string[])[$"oci:{temp["out"]}:{folder}", $"oci-archive:{temp["p.tar.zst"]}:{folder}"])
            {
                var to = temp[$"copy-{copied++}"];
                await Run.Tool("skopeo", "copy", "--quiet", "--all", "--preserve-digests", source, "dir:" + to);
                await Run.Tool("cmp", to + "/manifest.json", $"{data.Dir}/{folder}/manifest.json");
            }
        }

        Assert.NotEqual(0, copied);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Skopeo_copies_images_of_one_platform_from_the_package_as_a_docker_archive(string set)
    {
        var data = Data.Of(set);
        using var temp = new TempFolder();
        await Run.Good("create", data.Dir, "--output", temp["p.tar.zst"]);
        var copied = 0;
        foreach (var folder in data.Folders)
        {
            var manifest = Manifest.Parse(await File.ReadAllBytesAsync($"{data.Dir}/{folder}/manifest.json", TestContext.Current.CancellationToken));
            if (manifest.Config is not { } config || !MediaTypes.IsImageConfig(config.MediaType) || folder.Contains('@', StringComparison.Ordinal))
            {
                continue;
            }

            var to = temp[$"copy-{copied++}"];
            await Run.Tool("skopeo", "copy", "--quiet", $"docker-archive:{temp["p.tar.zst"]}:{folder}", "dir:" + to);
            await Run.Tool("cmp", $"{to}/{config.Digest.Hex}", $"{data.Dir}/{folder}/{config.Digest.Hex}");
        }

        Assert.NotEqual(0, copied);
    }

    [Fact]
    public async Task An_existing_layout_keeps_its_other_images()
    {
        var data = Data.Of("samples");
        using var temp = new TempFolder();
        await Run.Tool("skopeo", "copy", "--quiet", $"dir:{data.Dir}/product/worker:2.0", $"oci:{temp["out"]}:mine:1");
        await Run.Good("create", data.Dir + "/tools", "--output", temp["p.tar.zst"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "oci", "--to", temp["out"]);
        await Run.Good("extract", temp["p.tar.zst"], "--as", "oci", "--to", temp["out"]);
        await Run.Tool("skopeo", "copy", "--quiet", $"oci:{temp["out"]}:mine:1", "dir:" + temp["a"]);
        await Run.Tool("skopeo", "copy", "--quiet", "--all", $"oci:{temp["out"]}:multi:1", "dir:" + temp["b"]);
        using var index = JsonDocument.Parse(await File.ReadAllBytesAsync(temp["out/index.json"], TestContext.Current.CancellationToken));
        Assert.Equal(4, index.RootElement.GetProperty("manifests").GetArrayLength());
    }

    private static string MediaTypeOf(Data data, string folder) => Manifest.Parse(File.ReadAllBytes($"{data.Dir}/{folder}/manifest.json")).MediaType;
}
