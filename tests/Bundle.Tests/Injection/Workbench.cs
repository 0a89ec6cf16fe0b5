using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Injection;

/// <summary>Images, scripts and a package of them in a folder, and command lines that work on them there.</summary>
internal sealed class Workbench : IDisposable
{
    private readonly TempFolder _temp = new(inMemory: true);
    private readonly FaultShim _shim;
    private Scene? _scene;

    public Workbench()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("BUNDLE_EXE") is not { Length: > 0 }, "the native program is not built: tests/run");
        _shim = FaultShim.Build(_temp.Path);
        Samples.SampleSet.WriteKube(Path("k"));
        Samples.SampleSet.WriteScripts(_temp["w"]);
        Directory.CreateDirectory(Path("out"));
        Assert.Equal(0, Go("create k --include deploy -o p.tar.zst", null).Exit);
        Package = File.ReadAllBytes(Path("p.tar.zst"));
    }

    /// <summary>What reads packages and writes nothing.</summary>
    public static IEnumerable<string> Readers => Wanted(["verify p.tar.zst", "verify -", "list p.tar.zst", "list -"]);

    /// <summary>What writes below <c>out</c>.</summary>
    public static IEnumerable<string> Writers => Wanted(
    [
        "create k --include deploy -o out/p.tar.zst",
        "create k --include deploy -o -",
        "extract p.tar.zst --as dir --to out",
        "extract p.tar.zst --as registry --to out",
        "extract p.tar.zst --as oci --to out",
        "extract - --as dir --to out",
        "extract - --as registry --to out",
        "extract - --as oci --to out",
    ]);

    /// <summary>The same by other ways: over a network, from a base, in parts, in place. The quick tests try less of them.</summary>
    public static IEnumerable<string> MoreReaders => Wanted(["verify HTTP/p.tar.zst"]);

    /// <inheritdoc cref="MoreReaders"/>
    public static IEnumerable<string> MoreWriters => Wanted(
    [
        "extract HTTP/p.tar.zst --as dir --to out",
        "extract patch.tar.zst --as registry --to out --base old.tar.zst",
        "create k --include deploy -o out/p.tar.zst --split 500K",
        "merge old.tar.zst patch.tar.zst -o out/p.tar.zst",
        "repair out/bad.tar.zst --from p.tar.zst",
        "repair bad.tar.zst --from p.tar.zst --output out/p.tar.zst",
        "sign out/p.tar.zst --key key.pem",
        "push p.tar.zst docker://REGISTRY/product --tls-verify=false",
    ]);

    /// <summary>The bytes of <c>p.tar.zst</c>.</summary>
    public byte[] Package { get; }

    /// <summary>A path in the folder.</summary>
    public string Path(string name) => _temp["w/" + name];

    /// <summary>Sets the scene for a command line.</summary>
    public void Begin(string line)
    {
        _scene = Scene.Of(line, this);
        _scene.Prepare();
    }

    /// <summary>What is below <c>out</c>.</summary>
    public Tree Out() => _scene!.Out();

    /// <summary>What a run that was not killed may not leave.</summary>
    public IEnumerable<string> Leftovers(Tree left) => _scene!.Leftovers(left);

    /// <summary>Whether what a run left may be there.</summary>
    public void Check(Tree left, Tree whole, string what) => _scene!.Check(left, whole, what);

    /// <summary>Makes <c>out</c> what it was at first.</summary>
    public void Reset()
    {
        Directory.Delete(Path("out"), recursive: true);
        Directory.CreateDirectory(Path("out"));
        _scene?.Prepare();
    }

    /// <summary>Runs a command line, quietly and with two threads.</summary>
    public FaultRun Go(string line, string? fault)
    {
        var verb = line.Split(' ')[0];
        var arguments = ((_scene?.Fill(line) ?? line) + " --quiet" + (verb == "list" ? "" : verb == "push" ? " --parallel 2" : " --threads 2")).Split(' ');
        return _shim.Run(Run.Bundle, arguments, verb != "create" && arguments.Contains("-") ? Package : null, fault, _temp["w"], _temp["counts"]);
    }

    /// <summary>The same once more after a failure: the output may have got its name before it failed.</summary>
    public FaultRun Again(string line) => Go(Forced(line), null);

    /// <summary>The same line where its output is there already.</summary>
    public static string Forced(string line) => line.Contains(" -o ", StringComparison.Ordinal) || line.Contains(" --output ", StringComparison.Ordinal) ? line + " --force" : line;

    // BUNDLE_LINES=WORD tries the command lines that have the word alone.
    private static IEnumerable<string> Wanted(IEnumerable<string> lines) =>
        lines.Where(line => line.Contains(Environment.GetEnvironmentVariable("BUNDLE_LINES") ?? "", StringComparison.Ordinal));

    /// <summary>How many calls of each kind the last run made.</summary>
    public int[] Counts() => FaultShim.Counts(_temp["counts"]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _scene?.Dispose();
        _temp.Dispose();
    }
}
