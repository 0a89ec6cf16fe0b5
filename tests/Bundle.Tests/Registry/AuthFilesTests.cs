using System.Text;
using Bundle.Faults;
using Bundle.Registry;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Registry;

/// <summary>Whose credentials are found, in which file, under which key.</summary>
public sealed class AuthFilesTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("reg.example", "team/app/x", "app")]
    [InlineData("reg.example", "team/other", "team")]
    [InlineData("reg.example", "teamwork/app", "host")]
    [InlineData("reg.example:5000", "team/app", null)]
    [InlineData("old.example", "a", "old")]
    [InlineData("docker.io", "library/alpine", "hub")]
    [InlineData("other.example", "a", null)]
    public void The_most_specific_entry_holds(string host, string repository, string? user)
    {
        var file = Write("auth.json", ("reg.example/team/app", "app"), ("reg.example/team", "team"), ("reg.example", "host"), ("https://old.example/v2/", "old"), ("https://index.docker.io/v1/", "hub"));
        Assert.Equal(user, User(AuthFiles.Read(file, _ => null).Find(host, repository)));
    }

    [Fact]
    public void Files_come_in_podmans_order_and_each_fills_the_gaps_of_those_before()
    {
        Write("run/containers/auth.json", ("a", "run"));
        Write("home/.config/containers/auth.json", ("a", "config"), ("b", "config"));
        Write("home/.docker/config.json", ("a", "docker"), ("b", "docker"), ("c", "docker"));
        var chosen = Write("chosen.json", ("a", "chosen"));
        var environment = new Dictionary<string, string> { ["HOME"] = _temp["home"], ["XDG_RUNTIME_DIR"] = _temp["run"] };
        var files = AuthFiles.Read(null, environment.GetValueOrDefault);
        Assert.Equal(["run", "config", "docker"], ((string[])["a", "b", "c"]).Select(host => User(files.Find(host, "x"))));
        environment["REGISTRY_AUTH_FILE"] = chosen;
        Assert.Equal("chosen", User(AuthFiles.Read(null, environment.GetValueOrDefault).Find("a", "x")));
        Assert.Null(AuthFiles.Read(null, environment.GetValueOrDefault).Find("b", "x"));
    }

    [Fact]
    public async Task Helpers_are_asked()
    {
        var script = _temp.Write("docker-credential-bundletest", """
            #!/bin/sh
            read server
            case "$server" in
            a.example) echo '{"ServerURL":"a.example","Username":"helped","Secret":"s"}' ;;
            b.example) echo '{"ServerURL":"b.example","Username":"<token>","Secret":"refresh"}' ;;
            *) echo 'credentials not found in native keychain'; exit 1 ;;
            esac
            """);
        var deaf = _temp.Write("docker-credential-bundledeaf", """
            #!/bin/sh
            exec 0<&-
            echo '{"ServerURL":"any","Username":"deaf","Secret":"s"}'
            """);
        await Run.Tool("chmod", "+x", script, deaf);
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", _temp.Path + ":" + path);
        try
        {
            var file = _temp.Write("config.json", """{"credHelpers":{"b.example":"bundletest","gone.example":"no-such-helper","bad.example":"../../bin/sh"},"credsStore":"bundletest"}""");
            var files = AuthFiles.Read(file, _ => null);
            Assert.Equal("helped", User(files.Find("a.example", "x")));
            Assert.Equal("refresh", files.Find("b.example", "x")!.IdentityToken);
            Assert.Null(files.Find("c.example", "x"));
            Assert.Null(files.Find("gone.example", "x"));
            Assert.Null(files.Find("bad.example", "x"));
            Assert.Equal(2, files.Notes.Count);

            // More than a pipe takes, so that it cannot be told to one that does not listen.
            var store = _temp.Write("store.json", """{"credsStore":"bundledeaf"}""");
            Assert.Equal("deaf", User(AuthFiles.Read(store, _ => null).Find(new string('a', 100_000), "x")));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_helper_answers_with_at_most_so_many_characters(int more)
    {
        const string Answer = """{"ServerURL":"a.example","Username":"helped","Secret":"s"}""";
        _temp.Write("answer", Answer.PadRight(Limits.HelperAnswer + more));
        await Run.Tool("chmod", "+x", _temp.Write("docker-credential-bundlelong", $"#!/bin/sh\nread server\ncat {_temp["answer"]}\n"));
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", _temp.Path + ":" + path);
        try
        {
            var files = AuthFiles.Read(_temp.Write("config.json", """{"credsStore":"bundlelong"}"""), _ => null);
            Assert.Equal(more == 0 ? "helped" : null, User(files.Find("a.example", "x")));
            Assert.Equal(more, files.Notes.Count);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Fact]
    public void A_file_has_at_most_so_many_bytes()
    {
        var file = Write("auth.json", ("a", "user"));
        File.WriteAllText(file, File.ReadAllText(file).PadRight(Limits.AuthFile));
        Assert.Equal("user", User(AuthFiles.Read(file, _ => null).Find("a", "x")));
        File.AppendAllText(file, " ");
        Assert.Equal(FaultId.CredentialsInvalid, Assert.Throws<BundleException>(() => AuthFiles.Read(file, _ => null)).Fault.Id);
    }

    [Theory]
    [InlineData(Limits.JsonDepth, true)]
    [InlineData(Limits.JsonDepth + 1, false)]
    public void A_file_nests_at_most_so_deep(int depth, bool good)
    {
        var file = _temp.Write("auth.json", "{\"x\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}");
        var fault = (Record.Exception(() => AuthFiles.Read(file, _ => null)) as BundleException)?.Fault;
        Assert.Equal(good ? null : FaultId.CredentialsInvalid, fault?.Id);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"auths":{"a":{"auth":"hunter2-is-no-base64!"}}}""")]
    [InlineData("""{"auths":{"a":"hunter2"}}""")]
    [InlineData("""{"auths":{"a":{"auth":"hunter2\ud800"}}}""")]
    [InlineData("""{"auths":{"\ud800":{"auth":"hunter2"}}}""")]
    public void A_bad_file_is_told_without_what_stands_in_it(string content)
    {
        var file = _temp.Write("auth.json", content);
        var fault = Assert.Throws<BundleException>(() => AuthFiles.Read(file, _ => null).Find("a", "b")).Fault;
        Assert.Equal(FaultId.CredentialsInvalid, fault.Id);
        Assert.Contains(file, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chosen_file_has_to_be_there() =>
        Assert.Equal(FaultId.CredentialsInvalid, Assert.Throws<BundleException>(() => AuthFiles.Read(_temp["none.json"], _ => null)).Fault.Id);

    private static string? User(Credentials? credentials) =>
        credentials is null ? null : Encoding.UTF8.GetString(Convert.FromBase64String(credentials.Basic)).Split(':')[0];

    private string Write(string name, params (string Key, string User)[] entries)
    {
        var auths = entries.Select(one => $"\"{one.Key}\":{{\"auth\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(one.User + ":pw"))}\"}}");
        return _temp.Write(name, "{\"auths\":{" + string.Join(',', auths) + "}}");
    }
}
