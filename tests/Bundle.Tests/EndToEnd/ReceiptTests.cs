using System.Security.Cryptography;
using System.Text.Json;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary>Receipts of checks: what they say, and that they are there whatever the check found.</summary>
public sealed class ReceiptTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();

    public async ValueTask InitializeAsync() => await Run.Shell(
        $"""
        for k in a b; do openssl ecparam -name prime256v1 -genkey -noout -out $k.key; openssl pkey -in $k.key -pubout -out $k.pub; done
        $BUNDLE create {Data.Of("samples").Dir} --include a.pub --output p.tar.zst --sign a.key --quiet
        """,
        _temp.Path);

    public ValueTask DisposeAsync()
    {
        _temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("p.tar.zst", "p.tar.zst")]
    [InlineData("- < p.tar.zst", "standard input")]
    public async Task A_receipt_of_a_whole_package_says_all_of_it_and_openssl_verifies_it(string input, string name)
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        await Run.Shell($"set -e; $BUNDLE verify {input} --key a.pub --receipt r.json --sign b.key; openssl dgst -sha256 -verify b.pub -signature r.json.sig r.json", _temp.Path);
        using var json = Read();
        var root = json.RootElement;
        Assert.Equal(("bundle.receipt/1", "whole"), (Text(root, "schema"), Text(root, "verdict")));
        Assert.InRange(root.GetProperty("checkedAt").GetDateTimeOffset(), before, DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal("bundle " + Text(root.GetProperty("checkedBy"), "version"), (await Run.Good("--version")).StandardOutput.Trim());
        var bytes = File.ReadAllBytes(_temp["p.tar.zst"]);
        var package = root.GetProperty("package");
        Assert.Equal((name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))), (Text(package, "name"), package.GetProperty("size").GetInt64(), Text(package, "sha256")));
        Assert.All(root.GetProperty("checks").EnumerateArray(), check => Assert.Equal("passed", Text(check, "verdict")));
        Assert.Equal("valid", Text(root.GetProperty("signature"), "verdict"));
        Assert.Equal(root.GetProperty("signature").GetProperty("trustedKeys")[0].GetString(), Text(root.GetProperty("signature").GetProperty("signatures")[0], "keyId"));
        Assert.Equal(Data.Of("samples").Folders.Count, root.GetProperty("images").EnumerateArray().Sum(image => image.GetProperty("references").GetArrayLength()));
        Assert.All(root.GetProperty("images").EnumerateArray(), image => Assert.Equal("whole", Text(image, "verdict")));
        Assert.Equal(("whole", "a.pub"), (Text(root.GetProperty("files"), "verdict"), Text(root.GetProperty("files").GetProperty("files")[0], "path")));
        Assert.Empty(root.GetProperty("faults").EnumerateArray());
        Assert.Empty(Directory.GetFiles(_temp.Path, ".*"));
    }

    [Theory]
    [InlineData("p.tar.zst")]
    [InlineData("- < p.tar.zst")]
    public async Task A_receipt_of_a_damaged_package_names_what_is_damaged(string input)
    {
        var bytes = File.ReadAllBytes(_temp["p.tar.zst"]);
        bytes[bytes.Length / 2] ^= 1;
        _temp.Write("p.tar.zst", [.. bytes, 1, 2, 3]);
        var result = await Run.AnyShell($"$BUNDLE verify {input} --receipt r.json --json", _temp.Path);
        Assert.Equal(3, result.ExitCode);
        using var json = Read();
        using var report = JsonDocument.Parse(result.StandardOutput);
        var root = json.RootElement;
        Assert.Equal("damaged", Text(root, "verdict"));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([.. bytes, 1, 2, 3])), Text(root.GetProperty("package"), "sha256"));
        Assert.Equal(bytes.Length + 3, root.GetProperty("package").GetProperty("size").GetInt64());
        Assert.Contains(root.GetProperty("checks").EnumerateArray(), check => Text(check, "verdict") == "failed");
        Assert.Equal("unchecked", Text(root.GetProperty("signature"), "verdict"));
        var affected = report.RootElement.GetProperty("affectedImages").EnumerateArray().Select(one => one.GetString()).ToHashSet();
        Assert.NotEmpty(affected);
        var faults = root.GetProperty("faults").GetArrayLength();
        foreach (var image in root.GetProperty("images").EnumerateArray())
        {
            var hit = image.GetProperty("references").EnumerateArray().Any(one => affected.Contains(one.GetString()));
            Assert.Equal(hit ? "damaged" : "whole", Text(image, "verdict"));
            Assert.Equal(hit, image.GetProperty("faults").GetArrayLength() > 0);
            Assert.All(image.GetProperty("faults").EnumerateArray(), fault => Assert.InRange(fault.GetInt32(), 0, faults - 1));
        }

        Assert.False(File.Exists(_temp["r.json.sig"]));
    }

    [Fact]
    public async Task A_receipt_of_what_is_no_package_passes_nothing_that_was_not_looked_at()
    {
        Assert.Equal(3, (await Run.AnyShell("$BUNDLE verify a.pub --key a.pub --receipt r.json", _temp.Path)).ExitCode);
        using var json = Read();
        Assert.Equal("damaged", Text(json.RootElement, "verdict"));
        Assert.Equal("unreadable", Text(json.RootElement.GetProperty("signature"), "verdict"));
        Assert.Equal(
            ["parts passed", "frames failed", "index incomplete", "stream incomplete", "contents incomplete", "manifests incomplete"],
            json.RootElement.GetProperty("checks").EnumerateArray().Take(6).Select(check => Text(check, "check") + " " + Text(check, "verdict")));
    }

    [Theory]
    [InlineData("--key b.pub", "untrusted", "untrusted")]
    [InlineData("", "whole", "unchecked")]
    public async Task The_verdict_on_signatures_is_apart_from_damage(string keys, string verdict, string signature)
    {
        await Run.AnyShell($"$BUNDLE verify p.tar.zst {keys} --receipt r.json", _temp.Path);
        using var json = Read();
        Assert.Equal((verdict, signature), (Text(json.RootElement, "verdict"), Text(json.RootElement.GetProperty("signature"), "verdict")));
        Assert.All(json.RootElement.GetProperty("images").EnumerateArray(), image => Assert.Equal("whole", Text(image, "verdict")));
    }

    [Fact]
    public async Task An_incremental_package_names_what_it_builds_on()
    {
        await Run.Shell($"$BUNDLE create {Data.Of("samples").Dir} --base p.tar.zst -o i.tar.zst --quiet; $BUNDLE verify i.tar.zst --receipt r.json --quiet", _temp.Path);
        using var json = Read();
        using var list = JsonDocument.Parse((await Run.Good("list", _temp["p.tar.zst"], "--json")).StandardOutput);
        var lender = json.RootElement.GetProperty("bases")[0];
        Assert.Equal(Text(list.RootElement, "bundleDigest"), Text(lender, "bundleDigest"));
        Assert.InRange(lender.GetProperty("lentBlobs").GetInt32(), 1, list.RootElement.GetProperty("blobs").GetInt32());
    }

    [Fact]
    public async Task A_former_receipt_is_replaced_only_on_demand()
    {
        await Run.Shell("$BUNDLE verify p.tar.zst --receipt r.json --sign b.key --quiet", _temp.Path);
        var first = File.ReadAllBytes(_temp["r.json"]);
        Assert.Equal(1, (await Run.AnyShell("$BUNDLE verify p.tar.zst --receipt r.json", _temp.Path)).ExitCode);
        Assert.Equal(1, (await Run.AnyShell("$BUNDLE verify p.tar.zst --receipt gone/r.json", _temp.Path)).ExitCode);
        Assert.Equal(first, File.ReadAllBytes(_temp["r.json"]));
        await Run.Shell("set -e; $BUNDLE verify p.tar.zst --receipt r.json --sign b.key --key a.pub --force; openssl dgst -sha256 -verify b.pub -signature r.json.sig r.json", _temp.Path);
        Assert.NotEqual(first, File.ReadAllBytes(_temp["r.json"]));

        // A signature of the former one would look like a forgery beside a receipt that is not signed.
        var unsigned = await Run.Cli("verify", _temp["p.tar.zst"], "--receipt", _temp["r.json"], "--force");
        Assert.Equal(0, unsigned.ExitCode);
        Assert.Contains("r.json.sig was the signature of the former receipt", unsigned.StandardError, StringComparison.Ordinal);
        Assert.False(File.Exists(_temp["r.json.sig"]));
        Assert.DoesNotContain("former", (await Run.Cli("verify", _temp["p.tar.zst"], "--receipt", _temp["r.json"], "--force")).StandardError, StringComparison.Ordinal);
    }

    private JsonDocument Read() => JsonDocument.Parse(File.ReadAllText(_temp["r.json"]));

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
