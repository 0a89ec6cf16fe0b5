using Bundle.Cli.Terminal;
using Bundle.IO;
using Bundle.Signing;

namespace Bundle.Cli.Output;

/// <summary>What <c>bundle sign</c> says. <c>bundle.sign/1</c>: output, bundleDigest, keyId, keyIds (all that signed it), added (whether this signature is new), packageSize.</summary>
internal static class SignReport
{
    public static void Print(SignResult result, string output, Messages messages)
    {
        if (messages.Json)
        {
            using var writer = Session.OpenOutput();
            writer.WriteLine(JsonText.Write(json =>
            {
                json.WriteString("schema", "bundle.sign/1");
                json.WriteString("output", output);
                json.WriteString("bundleDigest", result.BundleDigest.ToString());
                json.WriteString("keyId", result.KeyId.ToString());
                json.WriteStrings("keyIds", result.KeyIds.Select(id => id.ToString()));
                json.WriteBoolean("added", result.Added);
                json.WriteNumber("packageSize", result.PackageSize);
            }));
            return;
        }

        var what = result.Added ? "signed by" : "was signed already by";
        messages.Summary($"{output}: {what} {result.KeyId}; {Sizes.Count(result.KeyIds.Count, "signature")}, bundle digest {result.BundleDigest}");
    }
}
