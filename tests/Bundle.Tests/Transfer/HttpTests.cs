using System.Text;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Transfer;

/// <summary>Packages on servers: real ones, and one that breaks, changes, redirects, and knows no ranges.</summary>
public sealed class HttpTests : IDisposable
{
    private const string Path = "/p.tar.zst";
    private readonly TempFolder _temp = new();
    private readonly OddFileServer _server = new();

    public HttpTests()
    {
        Samples.SampleSet.WriteKube(_temp["k"]);
        var noise = new byte[6_000_000];
        new Random(1).NextBytes(noise);
        _temp.Write("noise", noise);
    }

    public void Dispose()
    {
        _server.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task A_real_server_gives_packages_and_parts()
    {
        await Run.Shell("""
            set -e
            $BUNDLE create k --include noise -o p.tar.zst --quiet
            $BUNDLE create k --include noise -o s.tar.zst --split 1M --quiet
            for port in $(shuf -i 20000-60000 -n 20); do
                busybox httpd -f -p 127.0.0.1:$port -h . 2> /dev/null & server=$!
                sleep 0.3
                kill -0 $server 2> /dev/null && break
            done
            trap 'kill $server' EXIT
            url=http://127.0.0.1:$port
            $BUNDLE verify $url/p.tar.zst
            $BUNDLE verify $url/s.tar.zst.parts
            $BUNDLE extract p.tar.zst --as dir --to d --quiet
            $BUNDLE extract $url/p.tar.zst --as dir --to d1 --quiet
            $BUNDLE extract $url/s.tar.zst.parts --as dir --to d2 --quiet
            diff -r d d1; diff -r d d2
            [ "$($BUNDLE list p.tar.zst)" = "$($BUNDLE list $url/p.tar.zst)" ]
            """, _temp.Path);
    }

    [Fact]
    public async Task Https_without_ranges_is_read_as_one_stream_and_trusts_whom_it_is_told_to()
    {
        await Run.Shell("""
            set -e
            $BUNDLE create k -o p.tar.zst --quiet
            openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2> /dev/null
            for port in $(shuf -i 20000-60000 -n 20); do
                openssl s_server -WWW -quiet -accept 127.0.0.1:$port -cert cert.pem -key key.pem 2> /dev/null < /dev/null & server=$!
                sleep 0.3
                kill -0 $server 2> /dev/null && break
            done
            trap 'kill $server' EXIT
            url=https://localhost:$port/p.tar.zst
            openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out other.pem -days 2 -subj /CN=other 2> /dev/null
            $BUNDLE verify $url --ca other.pem --ca cert.pem
            $BUNDLE verify $url --tls-verify=false
            $BUNDLE extract $url --ca cert.pem --as oci --to o --quiet
            if $BUNDLE list $url 2> err; then exit 1; fi
            grep -q -- '--ca FILE' err
            """, _temp.Path);
    }

    [Fact]
    public async Task The_list_takes_the_head_alone()
    {
        await Serve();
        await Run.Good("list", _server.Url + Path);
        Assert.Equal(1, _server.Requests);
        Assert.Equal(65_536, _server.Sent);
    }

    [Fact]
    public async Task An_extraction_fetches_what_is_lacking_alone()
    {
        var package = await Serve();
        await Run.Good("extract", _server.Url + Path, "--as", "registry", "--to", _temp["r"], "--no-files");
        Assert.InRange(_server.Sent, package.Length - 6_200_000, package.Length - 6_000_000 + 200_000);

        var blobs = Directory.EnumerateFiles(_temp["r"], "data", SearchOption.AllDirectories).Select(path => new FileInfo(path)).OrderBy(file => file.Length).ToList();
        blobs[^1].Delete();
        var before = _server.Sent;
        await Run.Good("extract", _server.Url + Path, "--as", "registry", "--to", _temp["r"], "--no-files");
        Assert.InRange(_server.Sent - before, blobs[^1].Length / 2, blobs[^1].Length + 200_000);
        await Run.Shell("$BUNDLE extract p.tar.zst --as registry --to local --no-files --quiet; diff -r local r", _temp.Path);
    }

    [Fact]
    public async Task Broken_connections_are_gone_on_from()
    {
        var package = await Serve();
        (_server.BreakAfter, _server.Unavailable) = (100_000, 1);
        await Run.Good("verify", _server.Url + Path);
        Assert.True(_server.Requests > package.Length / 100_000, "the server broke no connection");
        await Run.Good("extract", _server.Url + Path, "--as", "dir", "--to", _temp["d"]);
        await Run.Shell("$BUNDLE extract p.tar.zst --as dir --to local --quiet; diff -r local d", _temp.Path);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("W/", false)]
    public async Task A_package_that_changes_is_an_error_and_no_mixture_and_a_weak_tag_is_no_condition(string weak, bool condition)
    {
        await Serve();
        _server.Tag = number => weak + (number < 3 ? "\"one\"" : "\"two\"");
        var result = await Run.Cli("verify", _server.Url + Path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("changed while it was read", result.StandardError, StringComparison.Ordinal);
        Assert.Equal(condition, _server.Heads.Any(head => head.Contains("If-Range=\"one\"", StringComparison.Ordinal)));
        Assert.Equal(condition, _server.Heads.Any(head => head.Contains("If-Range", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_without_ranges_gives_one_stream()
    {
        var package = await Serve();
        _server.Ranges = false;
        await Run.Good("verify", _server.Url + Path);
        Assert.Equal((1, package.Length), (_server.Requests, _server.Sent));
        await Run.Good("list", _server.Url + Path);
        await Run.Good("extract", _server.Url + Path, "--as", "dir", "--to", _temp["d"]);
        _server.BreakAfter = 3_000_000;
        var broken = await Run.Cli("verify", _server.Url + Path);
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("no ranges to go on", broken.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_are_followed_and_never_in_a_circle()
    {
        await Serve();
        _server.Redirects["/latest"] = Path;
        await Run.Good("verify", _server.Url + "/latest");
        _server.Redirects["/a"] = "/b";
        _server.Redirects["/b"] = "/a";
        var circle = await Run.Cli("list", _server.Url + "/a");
        Assert.Equal(1, circle.ExitCode);
        Assert.Contains("redirects without end", circle.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_go_to_their_server_alone_and_are_never_printed()
    {
        await Serve();
        _server.Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:se:cret"));
        var address = _server.Url.Replace("//", "//user:se%3Acret@", StringComparison.Ordinal);
        var verified = await Run.Good("verify", address + Path + "?token=hidden");
        Assert.DoesNotContain("cret", verified.StandardOutput + verified.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", verified.StandardOutput + verified.StandardError, StringComparison.Ordinal);
        var refused = await Run.Cli("verify", _server.Url + Path);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("401", refused.StandardError, StringComparison.Ordinal);

        using var other = new OddFileServer();
        _server.Redirects[Path] = other.Url + Path;
        other.Files[Path] = _server.Files[Path];
        await Run.Good("list", address + Path);
        Assert.DoesNotContain(other.Heads, head => head.Contains("Authorization", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_there_is_said_at_once()
    {
        var result = await Run.Cli("list", _server.Url + "/gone");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("404", result.StandardError, StringComparison.Ordinal);
        Assert.Equal(1, _server.Requests);
        _server.Files["/empty"] = [];
        _server.Ranges = false;
        Assert.Equal(3, (await Run.Cli("list", _server.Url + "/empty")).ExitCode);
    }

    [Fact]
    public async Task Damage_on_a_server_is_told_as_in_a_file()
    {
        var package = await Serve();
        package[package.Length / 2] ^= 1;
        Assert.Equal(3, (await Run.Cli("verify", _server.Url + Path)).ExitCode);
        Assert.Equal(3, (await Run.Cli("extract", _server.Url + Path, "--as", "dir", "--to", _temp["d"])).ExitCode);
    }

    private async Task<byte[]> Serve()
    {
        await Run.Shell("$BUNDLE create k --include noise -o p.tar.zst --quiet", _temp.Path);
        return _server.Files[Path] = await File.ReadAllBytesAsync(_temp["p.tar.zst"], TestContext.Current.CancellationToken);
    }
}
