using System.Globalization;
using System.Text;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Registry;
using Bundle.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;
using static Bundle.Tests.Registry.Clients;

namespace Bundle.Tests.Registry;

/// <summary>Registries that are busy, broken, or hostile.</summary>
public sealed class OddRegistryTests
{
    private static readonly (Digest Digest, byte[] Bytes) Content = Blob(3_000_000);

    [Theory]
    [InlineData("7", 7)]
    [InlineData("date", 9)]
    [InlineData("100000", 120)]
    [InlineData(null, 0)]
    public async Task A_busy_registry_is_waited_for_as_long_as_it_asks(string? retryAfter, int seconds)
    {
        var clock = new InstantClock();
        var times = 0;
        await using var server = await OddServer.Start(context =>
        {
            if (times++ < 2)
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = retryAfter == "date" ? clock.GetUtcNow().AddSeconds(9).ToString("R", CultureInfo.InvariantCulture) : retryAfter;
                return Task.CompletedTask;
            }

            return context.Response.WriteAsync("""{"tags":["a"]}""", Cancellation);
        });
        using var client = Of(server, clock);
        Assert.Equal(["a"], await client.Repository("r").Tags(Cancellation));
        Assert.Equal(2, clock.Waits.Count);
        Assert.All(clock.Waits, wait => Assert.InRange(wait.TotalSeconds, seconds == 0 ? 0.5 : seconds == 9 ? 8 : seconds, seconds == 0 ? 2 : seconds + 1));
    }

    [Fact]
    public async Task A_registry_that_stays_busy_is_told_with_its_own_words_made_safe()
    {
        await using var server = await OddServer.Start(context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("""{"errors":[{"code":"UNAVAILABLE","message":"no \u001b[31mdisk\nleft"}]}""", Cancellation);
        });
        var clock = new InstantClock();
        using var client = Of(server, clock);
        var fault = await Refused(FaultId.RegistryError, () => client.Repository("product/base").Tags(Cancellation));
        Assert.Contains(server.Host, fault.Message, StringComparison.Ordinal);
        Assert.Contains("product/base", fault.Message, StringComparison.Ordinal);
        Assert.Contains("503", fault.Message, StringComparison.Ordinal);
        Assert.Contains("UNAVAILABLE: no  [31mdisk left", fault.Message, StringComparison.Ordinal);
        Assert.Equal(5, clock.Waits.Count);
        // Longer and longer.
        Assert.True(clock.Waits[4] > clock.Waits[0] * 4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_download_that_breaks_goes_on_where_it_was(bool ranges)
    {
        var times = 0;
        await using var server = await OddServer.Start(async context =>
        {
            times++;
            var from = context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0;
            from = ranges ? from : 0;
            if (from > 0)
            {
                context.Response.StatusCode = 206;
                context.Response.Headers.ContentRange = $"bytes {from}-{Content.Bytes.Length - 1}/{Content.Bytes.Length}";
            }

            context.Response.ContentLength = Content.Bytes.Length - from;
            var end = times < 4 ? Math.Min(times * 700_000, Content.Bytes.Length) : Content.Bytes.Length;
            await context.Response.Body.WriteAsync(Content.Bytes.AsMemory((int)from, end - (int)from), Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            if (times < 4)
            {
                // What was written reaches the client before the connection ends.
                await Task.Delay(100, Cancellation);
                context.Abort();
            }
        });
        using var client = Of(server);
        Assert.Equal(Content.Digest, Digest.Of(await ReadAll(client.Repository("r").OpenBlob(Content.Digest, Content.Bytes.Length, Cancellation))));
        Assert.Equal(4, times);
    }

    [Fact]
    public async Task A_silent_download_counts_as_broken()
    {
        var times = 0;
        await using var server = await OddServer.Start(async context =>
        {
            if (times++ == 0)
            {
                context.Response.ContentLength = Content.Bytes.Length;
                await context.Response.Body.WriteAsync(Content.Bytes.AsMemory(0, 1000), Cancellation);
                await context.Response.Body.FlushAsync(Cancellation);
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes 1000-{Content.Bytes.Length - 1}/{Content.Bytes.Length}";
            await context.Response.Body.WriteAsync(Content.Bytes.AsMemory(1000), Cancellation);
        });
        using var client = new RegistryClient(server.Host, Instant(new InstantClock()) with { StallTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal(Content.Bytes, await ReadAll(client.Repository("r").OpenBlob(Content.Digest, Content.Bytes.Length, Cancellation)));
    }

    [Theory]
    [InlineData(200, null, 100)]
    [InlineData(206, "bytes 0-99/3000000", 100)]
    [InlineData(206, "bytes 5-2999999/3000000", 2_999_995)]
    public async Task A_download_of_another_length_or_range_is_refused(int status, string? range, int length)
    {
        await using var server = await OddServer.Start(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.ContentRange = range;
            await context.Response.Body.WriteAsync(Content.Bytes.AsMemory(0, length), Cancellation);
        });
        using var client = Of(server);
        var fault = (await Assert.ThrowsAsync<BundleException>(() => ReadAll(client.Repository("r").OpenBlob(Content.Digest, Content.Bytes.Length, Cancellation)))).Fault;
        Assert.Contains(fault.Id, (FaultId[])[FaultId.BlobMismatch, FaultId.RegistryError, FaultId.RegistryUnreachable]);
    }

    [Fact]
    public async Task More_bytes_than_promised_are_refused()
    {
        await using var server = await OddServer.Start(async context => await context.Response.Body.WriteAsync(Content.Bytes, Cancellation));
        using var client = Of(server);
        await Refused(FaultId.BlobMismatch, () => ReadAll(client.Repository("r").OpenBlob(Content.Digest, 1000, Cancellation)));
    }

    [Fact]
    public async Task Wrong_bytes_are_refused()
    {
        var manifest = Manifest(Content.Digest, 1, Content.Digest, 1);
        await using var server = await OddServer.Start(async context =>
        {
            context.Response.Headers["Docker-Content-Digest"] = Content.Digest.ToString();
            await context.Response.Body.WriteAsync(context.Request.Path.Value!.Contains("blobs", StringComparison.Ordinal) ? new byte[10] : manifest.Bytes, Cancellation);
        });
        using var client = Of(server);
        var repository = client.Repository("r");
        await Refused(FaultId.BlobMismatch, () => repository.GetManifest(Content.Digest, Cancellation));
        await Refused(FaultId.BlobMismatch, () => repository.GetManifest(manifest.Digest, Cancellation));
        await Refused(FaultId.BlobMismatch, () => repository.GetManifest("1.0", Cancellation));
        await Refused(FaultId.BlobMismatch, () => repository.ReadBlob(Content.Digest, 10, Cancellation));
    }

    [Fact]
    public async Task A_manifest_of_any_size_takes_no_memory()
    {
        await using var server = await OddServer.Start(async context =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await context.Response.Body.WriteAsync(new byte[1024 * 1024], Cancellation);
            }
        });
        using var client = Of(server);
        await Refused(FaultId.RegistryError, () => client.Repository("r").GetManifest("1.0", Cancellation));
    }

    [Fact]
    public async Task Redirects_to_other_hosts_go_without_proof_of_who_asks()
    {
        await using var storage = await OddServer.Start(async context => await context.Response.Body.WriteAsync(Content.Bytes, Cancellation));
        await using var server = await OddServer.Start(
            context =>
            {
                context.Response.Redirect($"http://{storage.Host}/data?signature=a%2Fb%7e&x=%41");
                return Task.CompletedTask;
            },
            AskForPassword);
        using var client = Of(server);
        Assert.Equal(Content.Bytes, await ReadAll(client.Repository("r").OpenBlob(Content.Digest, Content.Bytes.Length, Cancellation)));
        Assert.Contains("Basic", server.Requests[^1], StringComparison.Ordinal);
        // A signed address stays as it is, to the letter.
        Assert.Equal(["GET /data?signature=a%2Fb%7e&x=%41"], storage.Requests);
    }

    [Fact]
    public async Task Redirects_end()
    {
        await using var server = await OddServer.Start(context =>
        {
            context.Response.Redirect(context.Request.Path + "x");
            return Task.CompletedTask;
        });
        using var client = Of(server);
        await Refused(FaultId.RegistryError, () => client.Repository("r").GetManifest("1.0", Cancellation));
    }

    [Fact]
    public async Task Endless_tags_end()
    {
        var page = 0;
        await using var endless = await OddServer.Start(context =>
        {
            context.Response.Headers.Link = "</v2/r/tags/list?n=1&last=x>; rel=\"next\"";
            return context.Response.WriteAsync($$"""{"tags":["t{{page++ % 50}}"]}""", Cancellation);
        });
        using var client = Of(endless);
        await Refused(FaultId.RegistryError, () => client.Repository("r").Tags(Cancellation));
        Assert.Equal(51, page);

        await using var elsewhere = await OddServer.Start(context =>
        {
            context.Response.Headers.Link = "<http://192.0.2.1/v2/r/tags/list>; rel=\"next\"";
            return context.Response.WriteAsync("""{"tags":["a"]}""", Cancellation);
        });
        using var other = Of(elsewhere);
        Assert.Contains("192.0.2.1", (await Refused(FaultId.RegistryError, () => other.Repository("r").Tags(Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Referrers_come_from_the_api_or_else_from_the_fallback_tag()
    {
        var (subject, referrer) = (Blob(1).Digest, Blob(2).Digest);
        var index = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{referrer}}","size":2}]}""";
        foreach (var path in (string[])[$"/v2/r/referrers/{subject}", $"/v2/r/manifests/sha256-{subject.Hex}"])
        {
            await using var server = await OddServer.Start(context =>
            {
                context.Response.StatusCode = context.Request.Path == path ? 200 : 404;
                return context.Response.WriteAsync(context.Request.Path == path ? index : "", Cancellation);
            });
            using var client = Of(server);
            Assert.Equal(referrer, Assert.Single(await client.Repository("r").Referrers(subject, Cancellation)).Digest);
        }
    }

    [Theory]
    [InlineData(412, true)]
    [InlineData(412, false)]
    [InlineData(409, false)]
    [InlineData(400, true)]
    public async Task A_tag_that_may_not_change_is_no_error_where_it_need_not(int status, bool same)
    {
        var (there, other) = (Blob(1), Blob(2));
        await using var server = await OddServer.Start(context =>
        {
            context.Response.StatusCode = context.Request.Method == "PUT" ? status : 200;
            context.Response.Headers["Docker-Content-Digest"] = there.Digest.ToString();
            return Task.CompletedTask;
        });
        using var client = Of(server);
        var put = () => client.Repository("r").PutManifest("1.0", (same ? there : other).Digest, MediaTypes.OciManifest, other.Bytes, Cancellation);
        if (same)
        {
            await put();
        }
        else
        {
            Assert.Contains(there.Digest.ToString(), (await Refused(FaultId.TagImmutable, put)).Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_upload_that_breaks_begins_anew_with_a_session_of_its_own()
    {
        var (sessions, puts, length) = (0, 0, 0L);
        await using var server = await OddServer.Start(async context =>
        {
            if (context.Request.Method == "POST")
            {
                context.Response.StatusCode = 202;
                context.Response.Headers.Location = $"session{++sessions}?_state=a%2Bb=";
                return;
            }

            using var body = new MemoryStream();
            if (puts++ == 0)
            {
                await context.Request.Body.ReadExactlyAsync(new byte[200_000], Cancellation);
                context.Abort();
                return;
            }

            await context.Request.Body.CopyToAsync(body, Cancellation);
            length = body.Length;
            context.Response.StatusCode = 201;
        });
        using var client = Of(server);
        var (told, takenBack) = (0L, 0L);
        await client.Repository("r").PushBlob(Content.Digest, Content.Bytes.Length, () => new MemoryStream(Content.Bytes), null, Told, Cancellation);
        Assert.Equal(Content.Bytes.Length, told);
        Assert.True(takenBack < 0, "nothing was taken back of what was sent in vain");

        void Told(long bytes)
        {
            told += bytes;
            takenBack += Math.Min(0, bytes);
        }

        Assert.Equal((2, Content.Bytes.Length), (sessions, length));
        Assert.EndsWith($"PUT /v2/r/blobs/uploads/session2?_state=a%2Bb=&digest=sha256%3A{Content.Digest.Hex}", server.Requests[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mount_that_is_denied_becomes_an_upload()
    {
        await using var server = await OddServer.Start(context =>
        {
            context.Response.StatusCode = context.Request.Query.ContainsKey("mount") ? 401 : context.Request.Method == "POST" ? 202 : 201;
            context.Response.Headers.Location = "/v2/r/blobs/uploads/1";
            return Task.CompletedTask;
        });
        using var client = Of(server);
        Assert.Equal(BlobPush.Uploaded, await client.Repository("r").PushBlob(Content.Digest, 10, () => new MemoryStream(new byte[10]), "foreign", null, Cancellation));
    }

    private static Task AskForPassword(HttpContext context)
    {
        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"test\"";
        return Task.CompletedTask;
    }
}
