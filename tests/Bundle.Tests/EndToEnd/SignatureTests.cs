using System.Text.Json;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.EndToEnd;

/// <summary>Signed packages, through the program as a user types it, beside the real openssl and tar.</summary>
public sealed class SignatureTests : IAsyncLifetime
{
    private const string Extracts = "for form in dir registry oci; do $BUNDLE extract FILE --as $form --to out-$form KEYS --quiet; echo $?; [ ! -e out-$form ] || find out-$form; done";

    private readonly TempFolder _temp = new();

    // p.tar.zst is not signed; a, b (P-256) and c (P-384) are keys with their public halves.
    public async ValueTask InitializeAsync() => await Run.Shell(
        $"""
        for k in a b; do openssl ecparam -name prime256v1 -genkey -noout -out $k.key; openssl pkey -in $k.key -pubout -out $k.pub; done
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -aes-256-cbc -pass pass:secret -out c.key
        openssl pkey -in c.key -passin pass:secret -pubout -out c.pub
        echo secret > password
        $BUNDLE create {Data.Of("samples").Dir} --include a.pub --output p.tar.zst --quiet
        """,
        _temp.Path);

    public ValueTask DisposeAsync()
    {
        _temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("--key a.key", "a.pub", "sha256")]
    [InlineData("--key c.key --password-file password", "c.pub", "sha384")]
    public async Task Openssl_verifies_what_plain_tar_gives(string key, string half, string hash)
    {
        await Sh($"""
            $BUNDLE sign p.tar.zst {key} --output s.tar.zst --quiet
            mkdir x; tar --zstd -xf s.tar.zst -C x; cd x
            openssl dgst -{hash} -verify ../{half} -signature signatures/bundle/*.sig bundle.json
            """);
        Assert.Equal(
            "sha256:" + Path.GetFileNameWithoutExtension(Directory.GetFiles(_temp["x/signatures/bundle"]).Single()),
            "sha256:" + (await Sh($"openssl pkey -pubin -in {half} -outform DER | sha256sum")).StandardOutput[..64]);
    }

    [Fact]
    public async Task A_signature_that_openssl_made_over_the_index_holds()
    {
        await Sh("tar --zstd -xOf p.tar.zst bundle.json > bundle.json; openssl dgst -sha256 -sign a.key -out sig bundle.json");
        using var key = Bundle.Keys.PublicKey.Read(_temp["a.pub"]);
        Assert.True(key.Holds(File.ReadAllBytes(_temp["bundle.json"]), File.ReadAllBytes(_temp["sig"])));
    }

    [Fact]
    public async Task Signing_adds_one_frame_and_changes_no_other()
    {
        var before = File.ReadAllBytes(_temp["p.tar.zst"]);
        var digest = await Digest();
        await Sh("$BUNDLE sign p.tar.zst --key a.key --quiet");
        Assert.Equal(digest, await Digest());
        await Sh("$BUNDLE sign p.tar.zst --key b.key --quiet; BUNDLE_PASSWORD=secret $BUNDLE sign p.tar.zst --key c.key --quiet; $BUNDLE verify p.tar.zst --key c.pub; zstd -qt p.tar.zst");
        var after = File.ReadAllBytes(_temp["p.tar.zst"]);
        Assert.Equal(digest, await Digest());
        var (old, now) = (Frames(before), Frames(after));
        Assert.Equal(old.Count + 1, now.Count);
        Assert.Equal(old[0], now[0]);
        Assert.Equal(old.Skip(1), now.Skip(2));
        Assert.Equal(3, (await SignaturesOf("list p.tar.zst")).Count);
    }

    [Fact]
    public async Task Signing_again_with_the_same_key_changes_nothing()
    {
        await Sh("$BUNDLE sign p.tar.zst --key a.key --quiet; cp p.tar.zst first; $BUNDLE sign p.tar.zst --key a.key --json > again; cmp first p.tar.zst");
        using var json = JsonDocument.Parse(File.ReadAllText(_temp["again"]));
        Assert.Equal("bundle.sign/1", json.RootElement.GetProperty("schema").GetString());
        Assert.False(json.RootElement.GetProperty("added").GetBoolean());
    }

    [Fact]
    public async Task What_create_signs_is_what_sign_signs_and_an_unsigned_package_is_as_ever()
    {
        var dir = Data.Of("samples").Dir;
        await Sh($"""
            COSIGN_PASSWORD=secret $BUNDLE create {dir} --include a.pub -o s.tar.zst --sign c.key --quiet
            $BUNDLE create {dir} --include a.pub -o - --sign a.key --quiet > piped.tar.zst
            $BUNDLE verify s.tar.zst --key c.pub; $BUNDLE verify - --key a.pub < piped.tar.zst
            """);
        Assert.Equal(Frames(File.ReadAllBytes(_temp["p.tar.zst"])).Skip(1), Frames(File.ReadAllBytes(_temp["s.tar.zst"])).Skip(2));
    }

    [Fact]
    public async Task A_trusted_package_extracts_in_every_form_from_file_and_pipe()
    {
        await Sh("""
            $BUNDLE sign p.tar.zst --key a.key --quiet
            for form in dir registry oci; do
                $BUNDLE extract p.tar.zst --as $form --to file-$form --key b.pub --key a.pub --quiet
                cat p.tar.zst | $BUNDLE extract - --as $form --to pipe-$form --key a.pub --quiet
                $BUNDLE extract p.tar.zst --as $form --to plain-$form --quiet
                diff -r file-$form pipe-$form; diff -r file-$form plain-$form
            done
            """);
        Assert.True(Directory.Exists(_temp["file-registry/docker"]));
    }

    [Theory]
    [InlineData("", "a.pub", "signature-missing")]
    [InlineData("$BUNDLE sign p.tar.zst --key a.key --quiet", "b.pub", "signature-untrusted")]
    [InlineData("$BUNDLE sign p.tar.zst --key a.key --quiet", "c.pub --key b.pub", "signature-untrusted")]
    public async Task Without_a_trusted_signature_nothing_is_written_and_nothing_is_called_whole(string make, string keys, string id)
    {
        await Sh(make);
        await Refused("p.tar.zst", keys, id);
    }

    [Fact]
    public async Task A_signature_that_does_not_hold_is_refused_even_where_another_one_does()
    {
        // The signature of another package, under the right key id.
        await Sh($"""
            $BUNDLE create {Data.Of("samples").Dir} -o other.tar.zst --quiet
            $BUNDLE sign other.tar.zst --key a.key --quiet; $BUNDLE sign p.tar.zst --key a.key --quiet
            $BUNDLE sign other.tar.zst --key b.key -o both.tar.zst --quiet
            """);
        Splice("p.tar.zst", "other.tar.zst", "spliced.tar.zst");
        await Refused("spliced.tar.zst", "a.pub", "signature-invalid");
        await Sh("$BUNDLE sign spliced.tar.zst --key b.key --quiet; $BUNDLE verify spliced.tar.zst --key b.pub; $BUNDLE verify spliced.tar.zst");
        await Refused("spliced.tar.zst", "b.pub --key a.pub", "signature-invalid");
        await Sh("$BUNDLE sign spliced.tar.zst --key a.key --quiet; $BUNDLE verify spliced.tar.zst --key b.pub --key a.pub");
    }

    [Fact]
    public async Task Without_a_key_the_signers_are_told_and_not_believed()
    {
        await Sh("$BUNDLE sign p.tar.zst --key a.key --quiet");
        var id = (await Sh("openssl pkey -pubin -in a.pub -outform DER | sha256sum")).StandardOutput[..64];
        foreach (var command in new[] { "verify p.tar.zst", "list p.tar.zst" })
        {
            Assert.Contains($"signed by sha256:{id}; not checked: give --key PUB", (await Sh("$BUNDLE " + command)).StandardOutput, StringComparison.Ordinal);
            Assert.Equal([$"sha256:{id} unchecked"], await SignaturesOf(command));
            Assert.Equal([$"sha256:{id} valid"], await SignaturesOf(command + " --key a.pub"));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(-1)]
    public async Task A_damaged_signature_hits_no_image_and_nothing_else(int at)
    {
        await Sh("$BUNDLE sign p.tar.zst --key a.key --quiet");
        var bytes = File.ReadAllBytes(_temp["p.tar.zst"]);
        var frames = Frames(bytes);
        bytes[frames[0].Length + (at < 0 ? frames[1].Length + at : at)] ^= 0x10;
        _temp.Write("d.tar.zst", bytes);
        var result = await Run.AnyShell("$BUNDLE verify d.tar.zst --json", _temp.Path);
        Assert.Equal(3, result.ExitCode);
        using var json = JsonDocument.Parse(result.StandardOutput);
        Assert.Empty(json.RootElement.GetProperty("affectedImages").EnumerateArray());
        Assert.Contains(json.RootElement.GetProperty("faults").EnumerateArray(), fault => fault.GetProperty("id").GetString() == "frame-invalid");
        Assert.Equal(frames[0].Length, json.RootElement.GetProperty("faults")[0].GetProperty("offset").GetInt64());
        Assert.Equal(3, (await Run.AnyShell("$BUNDLE verify - < d.tar.zst", _temp.Path)).ExitCode);
        foreach (var input in new[] { "d.tar.zst", "- < d.tar.zst" })
        {
            Assert.Equal(3, (await Run.AnyShell($"$BUNDLE extract {input} --as oci --to out --key a.pub", _temp.Path)).ExitCode);
            Assert.False(Directory.Exists(_temp["out"]));
        }
    }

    [Theory]
    [InlineData("$BUNDLE sign p.tar.zst", 2, "needs --key")]
    [InlineData("$BUNDLE sign - --key a.key < p.tar.zst", 2, "standard input")]
    [InlineData("$BUNDLE sign p.tar.zst --key c.key", 1, "no password")]
    [InlineData("$BUNDLE sign p.tar.zst --key c.key --password-file a.pub", 1, "password is wrong")]
    [InlineData("$BUNDLE sign p.tar.zst --key c.key --password-file gone", 1, "password file gone")]
    [InlineData("BUNDLE_PASSWORD= COSIGN_PASSWORD=secret $BUNDLE sign p.tar.zst --key c.key", 1, "password is wrong")]
    [InlineData("$BUNDLE sign p.tar.zst --key a.pub", 1, "public key")]
    [InlineData("$BUNDLE sign p.tar.zst --key a.key -o a.pub", 1, "exists already")]
    [InlineData("mkdir s; $BUNDLE create --quiet SAMPLES -o s/s.tar.zst --split 65536; $BUNDLE sign s/s.tar.zst.parts --key a.key", 1, "in parts")]
    [InlineData("$BUNDLE sign a.pub --key a.key", 3, "not a bundle")]
    [InlineData("printf x >> p.tar.zst; $BUNDLE sign p.tar.zst --key a.key", 3, "follows the end")]
    [InlineData("$BUNDLE verify p.tar.zst --key a.key", 1, "private key")]
    [InlineData("$BUNDLE verify p.tar.zst --sign a.key", 2, "--receipt")]
    [InlineData("$BUNDLE verify p.tar.zst --password-file password", 2, "private key")]
    public async Task Mistakes_are_told_in_words_and_change_nothing(string script, int code, string words)
    {
        var before = File.ReadAllBytes(_temp["p.tar.zst"]);
        var result = await Run.AnyShell(script.Replace("SAMPLES", Data.Of("samples").Dir, StringComparison.Ordinal), _temp.Path);
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(words, result.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", result.StandardOutput + result.StandardError, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_temp["p.tar.zst"])[..before.Length]);
        Assert.Empty(Directory.GetFiles(_temp.Path, ".*"));
    }

    [Fact]
    public async Task A_ninth_signature_is_refused()
    {
        var result = await Run.AnyShell(
            """
            for i in 1 2 3 4 5 6 7 8 9; do openssl ecparam -name prime256v1 -genkey -noout -out k; $BUNDLE sign p.tar.zst --key k --quiet || exit; done
            """,
            _temp.Path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("8 signatures already", result.StandardError, StringComparison.Ordinal);
        Assert.Equal(8, (await SignaturesOf("verify p.tar.zst")).Count);
    }

    private async Task Refused(string package, string keys, string id)
    {
        foreach (var input in new[] { package, "- < " + package })
        {
            var verify = await Run.AnyShell($"$BUNDLE verify {input} --key {keys} --json", _temp.Path);
            Assert.Equal(3, verify.ExitCode);
            using var json = JsonDocument.Parse(verify.StandardOutput);
            Assert.False(json.RootElement.GetProperty("whole").GetBoolean());
            Assert.Equal([id], json.RootElement.GetProperty("faults").EnumerateArray().Select(fault => fault.GetProperty("id").GetString()));
            var list = await Run.AnyShell($"$BUNDLE list {input} --key {keys} --json", _temp.Path);
            Assert.Equal((3, ""), (list.ExitCode, list.StandardOutput));
            Assert.Contains(id, list.StandardError, StringComparison.Ordinal);
            var extract = await Run.AnyShell(Extracts.Replace("FILE", input, StringComparison.Ordinal).Replace("KEYS", "--key " + keys, StringComparison.Ordinal), _temp.Path);
            Assert.Equal("3\n3\n3\n", extract.StandardOutput);
        }
    }

    // One package with the signatures of another, and with tables that are true.
    private void Splice(string package, string signatures, string output)
    {
        var frames = Frames(File.ReadAllBytes(_temp[package]));
        frames[1] = Frames(File.ReadAllBytes(_temp[signatures]))[1];
        using var file = File.Create(_temp[output]);
        var appender = new Bundle.Format.PackageAppender(bytes => file.Write(bytes.Span));
        foreach (var frame in frames)
        {
            _ = Bundle.Format.ZstdFrame.TryReadHeader(frame, out _, out var length);
            appender.Append(frame, length);
        }

        appender.Finish();
    }

    private static List<byte[]> Frames(byte[] package)
    {
        var stream = new Bundle.Format.FrameStream(new MemoryStream(package));
        var frames = new List<byte[]>();
        while (stream.Read(out var frame) == Bundle.Format.FrameStatus.Data)
        {
            frames.Add(frame.ToArray());
        }

        return frames;
    }

    private async Task<string> Digest() => JsonDocument.Parse((await Sh("$BUNDLE list p.tar.zst --json")).StandardOutput).RootElement.GetProperty("bundleDigest").GetString()!;

    private async Task<List<string>> SignaturesOf(string command)
    {
        using var json = JsonDocument.Parse((await Sh($"$BUNDLE {command} --json")).StandardOutput);
        return [.. json.RootElement.GetProperty("signatures").EnumerateArray().Select(one => one.GetProperty("keyId").GetString() + " " + one.GetProperty("verdict").GetString())];
    }

    private Task<CliWrap.Buffered.BufferedCommandResult> Sh(string script) => Run.Shell("set -e; " + script, _temp.Path);
}
