using System.IO.Compression;
using System.Text;
using Bundle.Format;
using Bundle.Tests.Format;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Injection;

/// <summary>Small inputs that ask for much: each is refused in words, in seconds, and in little memory, whichever way it comes in.</summary>
public sealed class BombTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private readonly TempFolder _temp = new();

    public BombTests() => Assert.SkipWhen(Environment.GetEnvironmentVariable("BUNDLE_EXE") is not { Length: > 0 }, "the native program is not built: tests/run");

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("frame-2-bomb")]
    [InlineData("frame-2-bomb-hidden")]
    [InlineData("frame-1-window-8m")]
    [InlineData("lim-1-index")]
    [InlineData("lim-1-index-base256")]
    [InlineData("lim-1-manifest")]
    [InlineData("lim-1-tags")]
    [InlineData("idx-1-depth")]
    [InlineData("idx-1-sum-of-sizes")]
    [InlineData("idx-15-cycle")]
    [InlineData("man-1-depth")]
    public async Task Packages(string vector)
    {
        var bytes = await File.ReadAllBytesAsync(Vectors.PathOf(vector), TestContext.Current.CancellationToken);
        _temp.Write("p.tar.zst", bytes);
        await Refused(3, 30, 96, "verify p.tar.zst");
        await Refused(3, 30, 96, "verify -", bytes);
        foreach (var form in (string[])["dir", "registry", "oci"])
        {
            await Refused(3, 30, 96, $"extract p.tar.zst --as {form} --to {form}");
            await Refused(3, 30, 96, $"extract - --as {form} --to {form}2", bytes);
        }
    }

    [Fact]
    public async Task A_package_whose_index_asks_for_a_million_links()
    {
        var bytes = LimitTests.MillionLinks();
        Assert.True(bytes.Length < 64 * 1024);
        _temp.Write("p.tar.zst", bytes);
        await Refused(3, 60, 160, "verify p.tar.zst");
        await Refused(3, 60, 160, "verify -", bytes);
        await Refused(3, 60, 160, "extract - --as registry --to out", bytes);
        await Refused(3, 60, 160, "extract p.tar.zst --as dir --to out2");
    }

    [Theory]
    [InlineData("zstd -q --long=31 --ultra < plain > bomb", "not supported")]
    [InlineData("xz --lzma2=preset=0,dict=1536MiB < plain > bomb", "where 128 MiB are allowed")]
    [InlineData("head -c 1073741825 /dev/zero | zstd -q > bomb", "becomes more than")]
    [InlineData("mkdir a; head -c 30M /dev/zero | tr '\\0' '[' > a/manifest.json; tar -C a -czf bomb manifest.json", "manifest.json is not what")]
    [InlineData("mkdir a; printf {} > a/oci-layout; head -c 1000000 /dev/zero | tr '\\0' '[' > a/index.json; tar -C a -cf bomb .", "index.json")]
    [InlineData("mkdir a; printf {} > a/oci-layout; head -c 200M /dev/zero | tr '\\0' ' ' > a/index.json; tar -C a -czf bomb .", "index.json")]
    public async Task Archives_of_images(string make, string words)
    {
        await Run.Shell("head -c 3000000 /dev/urandom > plain; " + make, _temp.Path);
        var error = await Refused(1, 90, 96, "create bomb -o o.tar.zst");
        Assert.Matches(words, error);
        Assert.Equal(["bomb"], Directory.EnumerateFiles(_temp.Path).Select(path => Path.GetFileName(path)).Where(name => name != "plain"));
    }

    [Fact]
    public async Task A_layer_of_a_docker_archive()
    {
        const string Config = """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"]}}""";
        _temp.Write("a/config.json", Config);
        _temp.Write("a/manifest.json", """[{"Config":"config.json","RepoTags":["a:1"],"Layers":["layer.tar"]}]""");
        await Run.Shell("head -c 1073741825 /dev/zero | gzip -1 > a/layer.tar; tar -C a -cf bomb .", _temp.Path);
        Assert.Contains("becomes more than", await Refused(1, 90, 48, "create docker-archive:bomb -o o.tar.zst"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_of_a_million_tiny_entries()
    {
        await using (var file = File.Create(_temp["bomb"]))
        await using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        {
            var header = new byte[TarHeader.Block];
            for (var i = 0; i <= Limits.Count; i++)
            {
                TarHeader.Write(header, Encoding.ASCII.GetBytes($"{i:x6}"), 420, 0, 0, (byte)'0', default);
                gzip.Write(header);
            }
        }

        Assert.Contains("entries", await Refused(1, 90, 400, "create bomb -o o.tar.zst"), StringComparison.Ordinal);
    }

    /// <summary>Runs a command line that has to end with an error and an exit code, within so many seconds and MiB; gives the error.</summary>
    private async Task<string> Refused(int exit, int seconds, int memory, string line, byte[]? input = null)
    {
        var cost = await Cost.Of(_temp.Path, (line + " --quiet").Split(' '), input);
        var what = $"bundle {line}: exit {cost.Exit}, {cost.Time}, {cost.Memory / MiB} MiB: {cost.Error}";
        Assert.True(cost.Exit == exit && cost.Error.StartsWith("bundle: error: ", StringComparison.Ordinal), what);
        Assert.True(cost.Time < TimeSpan.FromSeconds(seconds), what);
        Assert.True(cost.Memory < memory * (long)MiB, what);
        TestContext.Current.TestOutputHelper?.WriteLine(what);
        return cost.Error;
    }
}
