using System.Security.Cryptography;
using System.Text;
using Bundle.Faults;
using Bundle.Keys;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Keys;

/// <summary>Key files as openssl and cosign write them, and ones that nobody should have written.</summary>
public sealed class KeyFileTests : IDisposable
{
    // Of the form that cosign generate-key-pair writes, closed by libsodium; the password is "secret".
    private const string CosignKey = """
        -----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
        eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjozMjc2OCwiciI6
        OCwicCI6MX0sInNhbHQiOiJnNlJoeHl1WSt2dGFWSVQ3SXNXZURUb3pQMkpYUFUw
        WkRpems5MXRIRHc0PSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
        Iiwibm9uY2UiOiJjRkpwRTZvZ2E4QW53UVgrbW4rRzFmYkNKNk96WEZPViJ9LCJj
        aXBoZXJ0ZXh0IjoiVng2YVhGY05NdkpQV3F1RDM4UkxVeENKNzhDQThLK0swTWRn
        YTMwVEZEWVNHZVFPTStOQm9ISk8wRk1weXhmOXE5Qk9PTTVTNlJEbVJreUIzK2Zl
        WXlBcGlYWlZRMjBvNm5GRkp4NCthVmNzYkdXK0pRNyttTll5U1dXTWdDTzZiL1VL
        KytYSnpQVmtaa0EreTN0TUJQWG5KYzhYVFROSDNwNlpGZ2lLUzF0ajRiY2U5c1dO
        VzFPQWVZd0ExVGQ5azZkWjFndmtDZXZEaWc9PSJ9
        -----END ENCRYPTED SIGSTORE PRIVATE KEY-----
        """;

    private const string CosignPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEC5GM+KmXY8HS2x4AEjBCZ+Wbq9Mm
        QZJca1Mw/bJlJE0OD2RkaOgNWoe2zymWynNrdx48t5xEd7DFObAFFF5q6Q==
        -----END PUBLIC KEY-----
        """;

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("openssl ecparam -name prime256v1 -genkey -noout -out k", "sha256")]
    [InlineData("openssl ecparam -name prime256v1 -genkey -out k", "sha256")]
    [InlineData("openssl ecparam -name secp384r1 -genkey -noout -out k", "sha384")]
    [InlineData("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k", "sha256")]
    [InlineData("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out k", "sha384")]
    [InlineData("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:secret -out k", "sha256")]
    [InlineData("openssl ecparam -name secp384r1 -genkey -noout | openssl pkcs8 -topk8 -v2 aes-128-cbc -passout pass:secret -out k", "sha384")]
    public async Task What_a_key_of_openssl_signs_openssl_verifies_and_the_other_way_round(string make, string hash)
    {
        await Run.Shell(make + "; openssl pkey -in k -passin pass:secret -pubout -out p", _temp.Path);
        using var key = SigningKey.Read(_temp["k"], Secret);
        using var half = PublicKey.Read(_temp["p"]);
        var data = Encoding.ASCII.GetBytes("some data");
        _temp.Write("data", data);
        _temp.Write("ours", key.Sign(data));
        await Run.Shell($"openssl dgst -{hash} -verify p -signature ours data; openssl dgst -{hash} -sign k -passin pass:secret -out theirs data", _temp.Path);
        Assert.True(half.Holds(data, File.ReadAllBytes(_temp["theirs"])));
        Assert.False(half.Holds(Encoding.ASCII.GetBytes("other data"), File.ReadAllBytes(_temp["theirs"])));
        Assert.Equal(key.Id, half.Id);
        Assert.Equal(half.Id.Hex, (await Run.Shell("openssl pkey -pubin -in p -outform DER | sha256sum", _temp.Path)).StandardOutput[..64]);
    }

    [Theory]
    [InlineData("SIGSTORE")]
    [InlineData("COSIGN")]
    public void A_key_of_cosign_opens_with_its_password_alone(string kind)
    {
        var path = _temp.Write("cosign.key", CosignKey.Replace("SIGSTORE", kind, StringComparison.Ordinal));
        using var half = PublicKey.Read(_temp.Write("cosign.pub", CosignPublicKey));
        using var key = SigningKey.Read(path, Secret);
        Assert.Equal(half.Id, key.Id);
        Assert.True(half.Holds([1, 2], key.Sign([1, 2])));
        Assert.Contains("password is wrong", Refused(path, () => "Secret"u8.ToArray()).Message, StringComparison.Ordinal);
        Assert.Contains("no password", Refused(path, () => null).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"N\":32768", "\"N\":1048576")]
    [InlineData("\"N\":32768", "\"N\":32767")]
    [InlineData("\"N\":32768", "\"N\":0")]
    [InlineData("\"N\":32768", "\"N\":-32768")]
    [InlineData("\"N\":32768", "\"N\":4294967296")]
    [InlineData("\"N\":32768", "\"N\":\"x\"")]
    [InlineData("\"r\":8", "\"r\":0")]
    [InlineData("\"r\":8", "\"r\":2147483647")]
    [InlineData("\"p\":1", "\"p\":5")]
    [InlineData("\"p\":1", "\"p\":0")]
    [InlineData("\"scrypt\"", "\"argon\"")]
    [InlineData("nacl/secretbox", "none")]
    [InlineData("\"nonce\":\"", "\"nonce\":\"AAAA")]
    [InlineData("\"nonce\":\"", "\"nonce\":\"!")]
    [InlineData("\"ciphertext\":\"", "\"ciphertext\":\"AAAA")]
    [InlineData("\"salt\":\"", "\"salt\":\"AAAA")]
    [InlineData("\"kdf\"", "\"kdg\"")]
    [InlineData("{\"kdf\"", "[{\"kdf\"")]
    [InlineData("{\"name\":\"scrypt\"", "[{\"name\":\"scrypt\"}],\"x\":{\"name\":\"scrypt\"")]
    public void A_key_of_cosign_that_was_changed_is_refused_in_words(string old, string by)
    {
        Assert.Equal(FaultId.KeyInvalid, Refused(Changed(old, by), Secret).Id);
    }

    [Theory]
    [InlineData("openssl genrsa -out k 2048", "no valid ECDSA")]
    [InlineData("openssl genpkey -algorithm ED25519 -out k", "no valid ECDSA")]
    [InlineData("openssl ecparam -name secp256k1 -genkey -noout -out k", "another curve")]
    [InlineData("openssl ecparam -name secp521r1 -genkey -noout -out k", "another curve")]
    [InlineData("openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -pubout -out k", "public key")]
    [InlineData("openssl ecparam -name prime256v1 -genkey -noout | openssl ec -aes256 -passout pass:secret -out k", "old way")]
    [InlineData("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:other -out k", "password is wrong")]
    [InlineData("openssl ecparam -name prime256v1 -genkey -noout > k; openssl ecparam -name prime256v1 -genkey -noout >> k", "more than one")]
    [InlineData("openssl ecparam -name prime256v1 -genkey -noout -outform DER -out k", "no PEM")]
    [InlineData("openssl ecparam -name prime256v1 -out k", "no PEM")]
    [InlineData("openssl ecparam -name prime256v1 -genkey -noout | sed 2s/^./A/ > k", "no valid ECDSA")]
    [InlineData("openssl ecparam -name prime256v1 -genkey -noout | sed 3d > k", "")]
    [InlineData("(echo -----BEGIN EC PRIVATE KEY-----; echo AAAA; echo -----END EC PRIVATE KEY-----) > k", "no valid ECDSA")]
    [InlineData("(echo -----BEGIN CERTIFICATE-----; echo AAAA; echo -----END CERTIFICATE-----) > k", "no ECDSA private key")]
    [InlineData("true > k", "no PEM")]
    [InlineData("head -c 70000 /dev/zero > k", "more than")]
    [InlineData("mkdir k", "cannot be read")]
    [InlineData("true", "does not exist")]
    public async Task A_file_that_is_no_private_key_is_refused_in_words(string make, string words)
    {
        await Run.Shell(make, _temp.Path);
        var fault = Refused(_temp["k"], Secret);
        Assert.Equal(FaultId.KeyInvalid, fault.Id);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openssl ecparam -name prime256v1 -genkey -noout -out k", "private key")]
    [InlineData("openssl genrsa 2048 | openssl pkey -pubout -out k", "no valid ECDSA")]
    [InlineData("openssl ecparam -name secp521r1 -genkey -noout | openssl pkey -pubout -out k", "another curve")]
    [InlineData("openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -pubout | sed 2s/^M/A/ > k", "no valid ECDSA")]
    [InlineData("(echo -----BEGIN PUBLIC KEY-----; echo AAAA; echo -----END PUBLIC KEY-----) > k", "no valid ECDSA")]
    public async Task A_file_that_is_no_public_key_is_refused_in_words(string make, string words)
    {
        await Run.Shell(make, _temp.Path);
        var fault = Assert.Throws<BundleException>(() => PublicKey.Read(_temp["k"])).Fault;
        Assert.Equal(FaultId.KeyInvalid, fault.Id);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_key_file_has_at_most_so_many_bytes(int more)
    {
        // What stands before and after the block is passed over.
        var halves = (Private: _temp.Write("k", CosignKey.PadRight(Limits.KeyFile + more, '\n')), Public: _temp.Write("p", CosignPublicKey.PadLeft(Limits.KeyFile + more, '\n')));
        if (more == 0)
        {
            using var key = SigningKey.Read(halves.Private, Secret);
            using var half = PublicKey.Read(halves.Public);
            Assert.Equal(half.Id, key.Id);
            return;
        }

        foreach (var fault in (Fault[])[Refused(halves.Private, Secret), Assert.Throws<BundleException>(() => PublicKey.Read(halves.Public)).Fault])
        {
            Assert.Equal(FaultId.KeyInvalid, fault.Id);
            Assert.Contains("more than 65536 bytes", fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(131_072, 8, 1, null)]
    [InlineData(131_072, 9, 1, "more than 128 MiB")]
    [InlineData(8, 131_072, 1, null)]
    [InlineData(16, 8, Limits.ScryptPasses, null)]
    [InlineData(16, 8, Limits.ScryptPasses + 1, "or 4 passes")]
    public void A_key_of_cosign_takes_at_most_so_much_memory_and_so_many_passes(int n, int r, int p, string? words)
    {
        var fault = Refused(Changed("\"N\":32768,\"r\":8,\"p\":1", $"\"N\":{n},\"r\":{r},\"p\":{p}"), Secret);
        Assert.Equal(FaultId.KeyInvalid, fault.Id);
        // What may be tried gives another key than the one that it was closed with.
        Assert.Contains(words ?? "password is wrong", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-v2 aes-256-cbc", Limits.KeyPasses)]
    [InlineData("-v2 aes-256-cbc", Limits.KeyPasses + 1)]
    [InlineData("-v2 aes-128-cbc -v2prf hmacWithSHA512", Limits.KeyPasses + 1)]
    [InlineData("-v1 PBE-SHA1-3DES", Limits.KeyPasses)]
    [InlineData("-v1 PBE-SHA1-3DES", Limits.KeyPasses + 1)]
    public async Task An_encrypted_key_takes_at_most_so_many_passes(string kind, int passes)
    {
        // Written with a million, which takes as many bytes.
        await Run.Shell($"openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 {kind} -iter 1000000 -passout pass:secret -outform DER -out k.der", _temp.Path);
        var der = await File.ReadAllBytesAsync(_temp["k.der"], TestContext.Current.CancellationToken);
        var at = der.AsSpan().IndexOf((byte[])[2, 3, 0x0F, 0x42, 0x40]);
        Assert.InRange(at, 10, 100);
        (der[at + 2], der[at + 3], der[at + 4]) = ((byte)(passes >> 16), (byte)(passes >> 8), (byte)passes);
        var path = _temp.Write("k", PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", der));
        if (passes == Limits.KeyPasses)
        {
            // The check alone: to try the password takes seconds.
            KeyDerivation.Check(PemFile.Read(path));
            return;
        }

        var fault = Refused(path, Secret);
        Assert.Equal(FaultId.KeyInvalid, fault.Id);
        Assert.Contains("more than 8000000 passes", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Limits.JsonDepth, true)]
    [InlineData(Limits.JsonDepth + 1, false)]
    public void The_json_of_a_key_of_cosign_nests_at_most_so_deep(int depth, bool good)
    {
        var path = Changed("{\"kdf\"", "{\"x\":" + new string('[', depth - 1) + new string(']', depth - 1) + ",\"kdf\"");
        Assert.Equal(good, Record.Exception(() => SigningKey.Read(path, Secret).Dispose()) is null);
    }

    [Theory]
    [InlineData(0, "password is wrong")]
    [InlineData(1, "has more than 4096 bytes")]
    public async Task A_file_of_a_password_has_at_most_so_many_bytes(int more, string words)
    {
        _temp.Write("k", CosignKey);
        _temp.Write("password", new string('x', Limits.Password + more));
        File.Copy(Vectors.PathOf("good-signed"), _temp["p.tar.zst"]);
        var result = await Run.Cli("sign", _temp["p.tar.zst"], "--key", _temp["k"], "--password-file", _temp["password"]);
        Assert.Contains(words, result.StandardError, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task A_password_is_zeroed_after_its_use()
    {
        await Run.Shell("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:secret -out k", _temp.Path);
        var password = Secret();
        using var key = SigningKey.Read(_temp["k"], () => password);
        Assert.Equal(new byte[6], password);
    }

    // The path of cosign's key with other JSON in its block.
    private string Changed(string old, string by)
    {
        var lines = CosignKey.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var json = Encoding.UTF8.GetString(Convert.FromBase64String(string.Concat(lines[1..^1])));
        Assert.Contains(old, json, StringComparison.Ordinal);
        var changed = Convert.ToBase64String(Encoding.UTF8.GetBytes(json.Replace(old, by, StringComparison.Ordinal)));
        return _temp.Write("k", $"{lines[0]}\n{changed}\n{lines[^1]}\n");
    }

    private static byte[] Secret() => "secret"u8.ToArray();

    private static Fault Refused(string path, Func<byte[]?> password) => Assert.Throws<BundleException>(() => SigningKey.Read(path, password)).Fault;
}
