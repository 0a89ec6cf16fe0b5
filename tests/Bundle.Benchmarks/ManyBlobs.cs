using System.Globalization;
using System.Text;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Benchmarks;

/// <summary>An index of many images, each with a config, two layers of its own, and one that all share.</summary>
internal static class ManyBlobs
{
    public static BundleIndex Index(int images)
    {
        var builder = new IndexBuilder();
        for (var i = 0; i < images; i++)
        {
            var layers = string.Join(',', ((string[])["shared", $"one of {i}", $"two of {i}"]).Select(name => Descriptor("layer.v1.tar+gzip", name)));
            var json = Encoding.UTF8.GetBytes(
                $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Descriptor("config.v1+json", $"config of {i}")}},"layers":[{{layers}}]}""");
            var digest = Digest.Of(json);
            builder.AddManifest(digest, json.Length, Manifest.Parse(json));
            var name = ImageName.TryParse(string.Create(CultureInfo.InvariantCulture, $"product/team/service-{i}"))!;
            builder.AddImage(name, ["1.0"], byDigest: false, digest, ["linux/amd64"], []);
        }

        return builder.Build();
    }

    private static string Descriptor(string kind, string content) =>
        $$"""{"mediaType":"application/vnd.oci.image.{{kind}}","digest":"{{Digest.Of(Encoding.UTF8.GetBytes(content))}}","size":1000}""";
}
