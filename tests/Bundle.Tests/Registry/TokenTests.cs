using System.Text;
using Bundle.Faults;
using Bundle.Registry;
using Bundle.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;
using static Bundle.Tests.Registry.Clients;

namespace Bundle.Tests.Registry;

/// <summary>The token flow: what is asked of whom, how long it holds, and where credentials never go.</summary>
public sealed class TokenTests
{
    private static readonly string Basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("nobody:secret"));

    [Fact]
    public async Task A_token_is_fetched_once_for_each_scope_and_again_when_its_time_is_over()
    {
        await using var server = await Start("""{"token":"T","expires_in":5}""");
        var clock = new InstantClock();
        using var client = Of(server, clock);
        await client.Repository("a").Tags(Cancellation);
        await client.Repository("a").Tags(Cancellation);
        await client.Repository("b").Tags(Cancellation);
        // Less than a minute is taken for a minute.
        clock.Advance(TimeSpan.FromSeconds(45));
        await client.Repository("a").Tags(Cancellation);
        Assert.Equal(2, Tokens(server).Count);
        Assert.Equal($"GET /token?service=reg&scope=repository%3Aa%3Apull {Basic}", Tokens(server)[0]);
        clock.Advance(TimeSpan.FromSeconds(10));
        await client.Repository("a").Tags(Cancellation);
        Assert.Equal(3, Tokens(server).Count);
        Assert.All(server.Requests.Where(one => one.Contains("tags", StringComparison.Ordinal)), one => Assert.EndsWith("Bearer T", one, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_the_registry_takes_no_longer_is_replaced()
    {
        var number = 0;
        await using var server = await Start(() => $$"""{"access_token":"T{{++number}}","expires_in":3600}""", context => context.Request.Headers.Authorization != "Bearer T1");
        using var client = Of(server);
        await client.Repository("a").Tags(Cancellation);
        Assert.Equal(2, number);
    }

    [Fact]
    public async Task A_token_that_never_suffices_is_a_denial()
    {
        await using var server = await Start(() => """{"token":"T"}""", _ => false);
        using var client = Of(server);
        var fault = await Refused(FaultId.RegistryDenied, () => client.Repository("a").Tags(Cancellation));
        Assert.DoesNotContain("secret", fault.ToString(), StringComparison.Ordinal);
        Assert.InRange(Tokens(server).Count, 2, 3);
    }

    [Fact]
    public async Task An_identity_token_is_posted_as_a_refresh_token()
    {
        await using var server = await Start("""{"access_token":"T"}""");
        using var client = new RegistryClient(server.Host, Options with { Credentials = new Credentials("", "", "R") });
        await client.Repository("a").Tags(Cancellation);
        Assert.Equal("POST /token", Assert.Single(Tokens(server)));
    }

    [Theory]
    [InlineData("ftp://{0}/token")]
    [InlineData("http://user:password@{0}/token")]
    [InlineData("/token")]
    [InlineData("file:///etc/passwd")]
    public async Task A_hostile_realm_gets_nothing(string realm)
    {
        await using var thief = await OddServer.Start(_ => Task.CompletedTask);
        await using var server = await OddServer.Start(_ => Task.CompletedTask, context => Challenge(context, string.Format(null, realm, thief.Host)));
        using var client = Of(server);
        await Refused(FaultId.RegistryError, () => client.Repository("a").Tags(Cancellation));
        Assert.Empty(thief.Requests);
    }

    [Fact]
    public async Task A_token_server_that_sends_elsewhere_is_not_followed()
    {
        await using var thief = await OddServer.Start(_ => Task.CompletedTask);
        await using var server = await OddServer.Start(
            context =>
            {
                context.Response.Redirect($"http://{thief.Host}/token");
                return Task.CompletedTask;
            },
            context => Challenge(context, $"http://{context.Request.Host}/token"));
        using var client = Of(server);
        await Refused(FaultId.RegistryError, () => client.Repository("a").Tags(Cancellation));
        Assert.Empty(thief.Requests);
    }

    [Theory]
    [InlineData("""{"token":""}""")]
    [InlineData("""{"token":"a\r\nX: b"}""")]
    [InlineData("""[]""")]
    [InlineData("<html>")]
    public async Task What_is_no_token_is_told(string answer)
    {
        await using var server = await Start(answer);
        using var client = Of(server);
        await Refused(FaultId.RegistryError, () => client.Repository("a").Tags(Cancellation));
    }

    [Fact]
    public async Task A_mount_asks_for_both_repositories()
    {
        await using var server = await Start("""{"token":"T"}""");
        using var client = Of(server);
        await client.Repository("a").PushBlob(Blob(1).Digest, 1, () => new MemoryStream(new byte[1]), "b", null, Cancellation);
        Assert.Contains("scope=repository%3Aa%3Apull%2Cpush&scope=repository%3Ab%3Apull", Tokens(server)[0], StringComparison.Ordinal);
    }

    private static List<string> Tokens(OddServer server) => [.. server.Requests.Where(one => one.Contains("/token", StringComparison.Ordinal))];

    private static Task<OddServer> Start(string token) => Start(() => token, _ => true);

    private static Task<OddServer> Start(Func<string> token, Func<HttpContext, bool> good) => OddServer.Start(
        async context =>
        {
            if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsync(token(), Cancellation);
            }
            else if (context.Request.Headers.Authorization.Count == 0 || !good(context))
            {
                await Challenge(context, $"http://{context.Request.Host}/token");
            }
            else if (context.Request.Method == "POST")
            {
                context.Response.StatusCode = 201;
            }
            else
            {
                await context.Response.WriteAsync("""{"tags":["a"]}""", Cancellation);
            }
        },
        context => Challenge(context, $"http://{context.Request.Host}/token"));

    private static Task Challenge(HttpContext context, string realm)
    {
        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{realm}\",service=\"reg\",scope=\"repository:x:pull,push\"";
        return Task.CompletedTask;
    }
}
