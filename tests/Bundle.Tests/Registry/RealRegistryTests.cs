using Bundle.Faults;
using Bundle.Model;
using Bundle.Net;
using Bundle.Registry;
using Bundle.Tests.Support;
using Xunit;
using static Bundle.Tests.Registry.Clients;

namespace Bundle.Tests.Registry;

/// <summary>The client against a real docker-registry: plain, with users, with TLS.</summary>
public sealed class RealRegistryTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task What_is_pushed_is_read_again()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        using var client = new RegistryClient(server.Host, Options);
        await PushAndRead(client);
    }

    [Fact]
    public async Task Blobs_are_mounted_from_another_repository_and_sent_where_that_fails()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        using var client = new RegistryClient(server.Host, Options);
        var (digest, bytes) = Blob(100_000);
        var (from, to) = (client.Repository("product/base"), client.Repository("product/web"));
        Assert.Equal(BlobPush.Uploaded, await from.PushBlob(digest, bytes.Length, () => new MemoryStream(bytes), null, null, Cancellation));
        Assert.Equal(BlobPush.Mounted, await to.PushBlob(digest, bytes.Length, () => throw new InvalidOperationException(), "product/base", null, Cancellation));
        Assert.True(await to.HasBlob(digest, bytes.Length, Cancellation));
        Assert.Equal(BlobPush.Uploaded, await client.Repository("third").PushBlob(digest, bytes.Length, () => new MemoryStream(bytes), "no/such", null, Cancellation));
        await Refused(FaultId.BlobMismatch, () => to.HasBlob(digest, bytes.Length + 1, Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(RegistryRepository.Chunk)]
    [InlineData((2 * RegistryRepository.Chunk) + 5)]
    public async Task Chunks_arrive_as_one_blob(int length)
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        // Before it stands a proxy that takes no large bodies.
        await using var proxy = await RegistryProxy.Start(server, context =>
        {
            var refused = context.Request.Method == "PUT" && context.Request.ContentLength > 0;
            context.Response.StatusCode = refused ? 413 : 200;
            return Task.FromResult(refused);
        });
        using var client = Of(proxy);
        using var direct = new RegistryClient(server.Host, Options);
        var (digest, bytes) = Blob(length);
        await client.Repository("a/b").PushBlob(digest, length, () => new MemoryStream(bytes), null, null, Cancellation);
        Assert.Equal(bytes, await ReadAll(direct.Repository("a/b").OpenBlob(digest, length, Cancellation)));
    }

    [Fact]
    public async Task Users_are_let_in_by_their_auth_file_and_others_are_told()
    {
        await Run.Shell("htpasswd -Bbc users alice s3cret", _temp.Path);
        await using var server = await RegistryServer.Start(_temp["store"], htpasswd: _temp["users"]);
        await Run.Tool("skopeo", "login", "--tls-verify=false", "--authfile", _temp["auth.json"], "-u", "alice", "-p", "s3cret", server.Host);
        using (var client = new RegistryClient(server.Host, Options with { Credentials = null, AuthFile = _temp["auth.json"] }))
        {
            await PushAndRead(client);
        }

        using var wrong = new RegistryClient(server.Host, Options with { Credentials = new Credentials("alice", "guessed") });
        var fault = await Refused(FaultId.RegistryDenied, () => wrong.Repository("product/base").Tags(Cancellation));
        Assert.Contains("401", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("guessed", fault.ToString(), StringComparison.Ordinal);

        var pair = Convert.ToBase64String("alice:guessed"u8);
        using var forgetful = new RegistryClient(server.Host, Options with { Credentials = null, AuthFile = _temp.Write("wrong.json", "{\"auths\":{\"" + server.Host + "\":{\"auth\":\"" + pair + "\"}}}") });
        var refused = await Refused(FaultId.RegistryDenied, () => forgetful.Repository("product/base").Tags(Cancellation));
        Assert.Contains("do not suffice", refused.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain(pair, refused.ToString(), StringComparison.Ordinal);

        using var nobody = new RegistryClient(server.Host, Options with { Credentials = null, AuthFile = _temp.Write("empty.json", "{}") });
        Assert.Contains("skopeo login", (await Refused(FaultId.RegistryDenied, () => nobody.Repository("product/base").Tags(Cancellation))).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_is_trusted_with_its_root_alone_or_unseen()
    {
        await Certificates.Make(_temp.Path, "127.0.0.1");
        await using var server = await RegistryServer.Start(_temp["store"], certificate: _temp["server.crt"]);
        using (var client = new RegistryClient(server.Host, Options with { TlsVerify = true, CaFiles = [_temp["ca.crt"]] }))
        {
            await PushAndRead(client);
        }

        using (var unseen = new RegistryClient(server.Host, Options))
        {
            Assert.NotEmpty(await unseen.Repository("product/base").Tags(Cancellation));
        }

        using var strict = new RegistryClient(server.Host, Options with { TlsVerify = true });
        var unknown = await Refused(FaultId.RegistryUnreachable, () => strict.Repository("product/base").Tags(Cancellation));
        Assert.Contains("its certificate is by 'CN=throw-away root', which is not trusted here", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("--ca", unknown.Hint, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<BundleException>(() => new RegistryClient(server.Host, Options with { CaFiles = [_temp["none.crt"]] })).Fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused()
    {
        await Certificates.Make(_temp.Path, "192.0.2.1");
        await using var server = await RegistryServer.Start(_temp["store"], certificate: _temp["server.crt"]);
        using var client = new RegistryClient(server.Host, Options with { TlsVerify = true, CaFiles = [_temp["ca.crt"]] });
        var fault = await Refused(FaultId.RegistryUnreachable, () => client.Repository("product/base").Tags(Cancellation));
        Assert.Contains("its certificate is for 192.0.2.1, not for", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("--ca", fault.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_is_out_of_date_is_no_matter_of_its_root()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=a", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        using var old = request.CreateSelfSigned(now.AddDays(-9), now.AddDays(-2));
        using var young = request.CreateSelfSigned(now.AddDays(2), now.AddDays(9));
        Assert.Contains("was valid until", UntrustedServerException.Chain(old).Message, StringComparison.Ordinal);
        Assert.Contains("valid from", UntrustedServerException.Chain(young).Message, StringComparison.Ordinal);
        Assert.All([old, young], one => Assert.DoesNotContain("--ca", UntrustedServerException.Chain(one).Hint, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("registry..example")]
    [InlineData("registry.example:65536")]
    [InlineData("registry.example:99999")]
    public async Task A_host_that_cannot_be_is_told(string host)
    {
        foreach (var arguments in (string[][])[["create", $"docker://{host}/a:1", "-o", _temp["p.tar.zst"]], ["push", $"docker://{host}/a:1", $"docker://{host}"]])
        {
            var result = await Run.Cli(arguments);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("no registry can be called " + host, result.StandardError, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Plain_http_and_nobody_there_are_told_at_once()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        using var client = new RegistryClient(server.Host, Options with { TlsVerify = true });
        Assert.Contains("--tls-verify=false", (await Refused(FaultId.RegistryUnreachable, () => client.Repository("a").Tags(Cancellation))).Hint, StringComparison.Ordinal);
        using var nobody = new RegistryClient("127.0.0.1:1", Options);
        Assert.Contains("127.0.0.1:1", (await Refused(FaultId.RegistryUnreachable, () => nobody.Repository("a").Tags(Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_tags_come_page_by_page()
    {
        await using var server = await RegistryServer.Start(_temp["store"]);
        using var client = new RegistryClient(server.Host, Options);
        var (repository, manifest, _) = await PushManifest(client);
        for (var i = 0; i < 30; i++)
        {
            await repository.PutManifest($"t{i:00}", manifest.Digest, MediaTypes.OciManifest, manifest.Bytes, Cancellation);
        }

        Assert.Equal(31, (await repository.Tags(Cancellation)).Count);
        Assert.Empty(await client.Repository("no/such").Tags(Cancellation));
    }

    private static async Task PushAndRead(RegistryClient client)
    {
        var (repository, manifest, layer) = await PushManifest(client);
        Assert.Equal(manifest.Digest, await repository.ManifestDigest("1.0", Cancellation));
        Assert.Equal(manifest.Bytes, (await repository.GetManifest("1.0", Cancellation))!.Bytes);
        Assert.Equal(manifest.Bytes, (await repository.GetManifest(manifest.Digest, Cancellation))!.Bytes);
        Assert.Null(await repository.GetManifest("2.0", Cancellation));
        Assert.Null(await repository.ManifestDigest("2.0", Cancellation));
        Assert.True(await repository.HasManifest(manifest.Digest, Cancellation));
        Assert.False(await repository.HasManifest(Blob(11).Digest, Cancellation));
        Assert.True(await repository.HasBlob(layer.Digest, layer.Bytes.Length, Cancellation));
        Assert.Equal(layer.Bytes, await ReadAll(repository.OpenBlob(layer.Digest, layer.Bytes.Length, Cancellation)));
        Assert.Equal(["1.0"], await repository.Tags(Cancellation));
        Assert.Empty(await repository.Referrers(manifest.Digest, Cancellation));
    }

    private static async Task<(RegistryRepository Repository, (Digest Digest, byte[] Bytes) Manifest, (Digest Digest, byte[] Bytes) Layer)> PushManifest(RegistryClient client)
    {
        var repository = client.Repository("product/base");
        var (config, layer) = (Blob(10), Blob(3_000_000));
        foreach (var (digest, bytes) in ((Digest, byte[])[])[config, layer])
        {
            await repository.PushBlob(digest, bytes.Length, () => new MemoryStream(bytes), null, null, Cancellation);
        }

        var manifest = Manifest(config.Digest, config.Bytes.Length, layer.Digest, layer.Bytes.Length);
        await repository.PutManifest(manifest.Digest, MediaTypes.OciManifest, manifest.Bytes, Cancellation);
        await repository.PutManifest("1.0", manifest.Digest, MediaTypes.OciManifest, manifest.Bytes, Cancellation);
        return (repository, manifest, layer);
    }
}
