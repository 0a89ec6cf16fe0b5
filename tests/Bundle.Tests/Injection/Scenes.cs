using Bundle.Format;
using Bundle.Keys;
using Bundle.Samples;
using Bundle.Tests.Support;
using Bundle.Verify;
using Xunit;

namespace Bundle.Tests.Injection;

/// <summary>What a command line works on, and what it may have done when it is stopped: of most, files with final bytes under final names.</summary>
internal class Scene(Workbench bench) : IDisposable
{
    protected Workbench Bench { get; } = bench;

    /// <summary>The scene of a command line.</summary>
    public static Scene Of(string line, Workbench bench) => line.Split(' ') switch
    {
        ["push", ..] => new PushScene(bench),
        ["sign", ..] => new SignScene(bench),
        ["repair", ..] => new RepairScene(bench),
        [.., "--split", _] => new SplitScene(bench),
        var words when words.Contains("patch.tar.zst") => new PatchScene(bench),
        _ when line.Contains("HTTP", StringComparison.Ordinal) => new HttpScene(bench),
        _ => new Scene(bench),
    };

    /// <summary>Puts what is to be changed into <c>out</c>, which is empty.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>The command line with the addresses of servers.</summary>
    public virtual string Fill(string line) => line;

    /// <summary>What is below <c>out</c>, in a form that is the same each time.</summary>
    public virtual Tree Out() => Tree.Of(Bench.Path("out"));

    /// <summary>Whether what a run left may be there.</summary>
    public virtual void Check(Tree left, Tree whole, string what) => left.IsPartOf(whole, what);

    /// <summary>What a run that was not killed may not leave.</summary>
    public virtual IEnumerable<string> Leftovers(Tree left) => left.Temporary;

    public virtual void Dispose()
    {
    }
}

/// <summary>A list of parts stands beside all of its parts, or is not there.</summary>
internal sealed class SplitScene(Workbench bench) : Scene(bench)
{
    public override void Check(Tree left, Tree whole, string what)
    {
        base.Check(left, whole, what);
        if (left.Files.Keys.Any(name => name.EndsWith(".parts", StringComparison.Ordinal)))
        {
            left.Public().Is(whole, what + ": a list without its parts");
        }
    }
}

/// <summary>An incremental package, and the one that it builds on.</summary>
internal sealed class PatchScene : Scene
{
    public PatchScene(Workbench bench)
        : base(bench)
    {
        SampleSet.WriteKube(bench.Path("old"), "v1.20.4", changed: 20_000);
        Assert.Equal(0, bench.Go("create old -o old.tar.zst", null).Exit);
        Assert.Equal(0, bench.Go("create k --include deploy --base old.tar.zst -o patch.tar.zst", null).Exit);
    }
}

/// <summary>A package on a server.</summary>
internal sealed class HttpScene : Scene
{
    private readonly OddFileServer _server = new();

    public HttpScene(Workbench bench)
        : base(bench) => _server.Files.Add("/p.tar.zst", bench.Package);

    public override string Fill(string line) => line.Replace("HTTP", _server.Url, StringComparison.Ordinal);

    public override void Dispose()
    {
        _server.Dispose();
        base.Dispose();
    }
}

/// <summary>A damaged package: each byte of it stays as it is until it is the right one.</summary>
internal sealed class RepairScene : Scene
{
    private readonly byte[] _bad;

    public RepairScene(Workbench bench)
        : base(bench)
    {
        var good = bench.Package;
        _bad = good[..(good.Length - 1000)];
        foreach (var at in (int[])[100, 3 * Limits.Range, good.Length / 2, (good.Length / 2) + Limits.Range, good.Length - (3 * Limits.Range)])
        {
            _bad.AsSpan(at, 50).Reverse();
            _bad[at] ^= 1;
        }

        File.WriteAllBytes(bench.Path("bad.tar.zst"), _bad);
    }

    public override void Prepare() => File.WriteAllBytes(Bench.Path("out/bad.tar.zst"), _bad);

    public override void Check(Tree left, Tree whole, string what)
    {
        var (now, good) = (left.Files["bad.tar.zst"], Bench.Package);
        Assert.InRange(now.Length, _bad.Length, good.Length);
        var worse = Enumerable.Range(0, now.Length).Where(at => now[at] != good[at] && now[at] != (at < _bad.Length ? _bad[at] : 0)).ToList();
        Assert.True(worse.Count == 0, $"{what}: {worse.Count} bytes worse than before, the first at {(worse.Count > 0 ? worse[0] : -1)}");
        left.Where(name => name != "bad.tar.zst").IsPartOf(whole, what);
    }

    // What was fetched stays for the next run, which removes it when it is done.
    public override IEnumerable<string> Leftovers(Tree left) => base.Leftovers(left).Where(name => name != ".bad.tar.zst.bundle-repair");
}

/// <summary>A package that is signed in place: it is what it was, or signed. As no two signatures are the same, every one that holds is shown as one word.</summary>
internal sealed class SignScene : Scene
{
    private readonly TrustedKeys _keys;

    public SignScene(Workbench bench)
        : base(bench)
    {
        Run.Shell("openssl ecparam -name prime256v1 -genkey -noout -out key.pem; openssl ec -in key.pem -pubout -out key.pub 2> /dev/null", bench.Path("")).GetAwaiter().GetResult();
        _keys = TrustedKeys.Read([bench.Path("key.pub")])!;
    }

    public override void Prepare() => File.WriteAllBytes(Bench.Path("out/p.tar.zst"), Bench.Package);

    public override Tree Out() => base.Out().Select((name, bytes) => name == "p.tar.zst" && IsSigned(bytes) ? "signed"u8.ToArray() : bytes);

    public override void Check(Tree left, Tree whole, string what)
    {
        Assert.True(left.Files["p.tar.zst"].AsSpan().SequenceEqual("signed"u8) || left.Files["p.tar.zst"].AsSpan().SequenceEqual(Bench.Package), what + ": neither signed nor as it was");
        left.Where(name => name != "p.tar.zst").IsPartOf(whole, what);
    }

    public override void Dispose()
    {
        _keys.Dispose();
        base.Dispose();
    }

    private bool IsSigned(byte[] package)
    {
        var options = new VerifyOptions { Input = PackageInput.From(new MemoryStream(package)), Keys = _keys, Threads = 1 };
        return Verifier.Run(options, NoProgress.Instance, CancellationToken.None) is { IsWhole: true, Signatures.Fault: null };
    }
}

/// <summary>A real registry: at every moment, what has a tag is complete. What it keeps of uploads that ended early is its own affair.</summary>
internal sealed class PushScene(Workbench bench) : Scene(bench)
{
    private readonly RegistryServer _server = RegistryServer.Start(bench.Path("out/store")).GetAwaiter().GetResult();

    public override string Fill(string line) => line.Replace("REGISTRY", _server.Host, StringComparison.Ordinal);

    public override Tree Out()
    {
        // The registry ends what it is at, after its client has gone.
        for (var (before, now) = (Stored(), Stored()); ; (before, now) = (now, Stored()))
        {
            if (before is not null && now is not null && now.Holds(before))
            {
                return now;
            }
        }
    }

    public override void Check(Tree left, Tree whole, string what)
    {
        left.IsPartOf(whole, what);
        if (left.Files.Keys.Any(IsOfTag))
        {
            left.Where(name => !IsOfTag(name)).Is(whole.Where(name => !IsOfTag(name)), what + ": a tag of what is not complete");
        }
    }

    public override void Dispose()
    {
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    private static bool IsOfTag(string name) => name.Contains("/_manifests/tags/", StringComparison.Ordinal);

    private Tree? Stored()
    {
        Thread.Sleep(20);
        try
        {
            return base.Out().Where(name => name.StartsWith("store/", StringComparison.Ordinal) && !name.Contains("/_uploads/", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // It moved something.
            return null;
        }
    }
}
