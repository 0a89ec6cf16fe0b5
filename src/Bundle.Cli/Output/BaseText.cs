using System.Text.Json;
using Bundle.Index;

namespace Bundle.Cli.Output;

/// <summary>What a package leaves to others: <c>bases</c> (bundleDigest, blobs, size: what each base has to have), <c>omitted</c> (manifests of platforms left out).</summary>
internal static class BaseText
{
    public static IEnumerable<string> Lines(BundleIndex index)
    {
        foreach (var use in BaseUse.Of(index))
        {
            yield return $"incremental: relies on {Sizes.Count(use.Blobs, "blob")}, {Sizes.Of(use.Bytes)}, of the bundle {use.Bundle}";
        }

        if (Omitted(index) is > 0 and var count)
        {
            yield return $"some platforms only: {Sizes.Count(count, "manifest")} of lists left out";
        }
    }

    public static void Json(Utf8JsonWriter json, BundleIndex index)
    {
        json.WriteStartArray("bases");
        foreach (var use in BaseUse.Of(index))
        {
            json.WriteStartObject();
            json.WriteString("bundleDigest", use.Bundle.ToString());
            json.WriteNumber("blobs", use.Blobs);
            json.WriteNumber("size", use.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("omitted", Omitted(index));
    }

    private static int Omitted(BundleIndex index) => index.Blobs.Count(blob => blob.Data == BlobData.Omitted);
}
