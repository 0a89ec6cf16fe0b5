using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Injection;

/// <summary>Images, scripts and a package of them in a folder, and command lines that work on them there.</summary>
internal sealed class Workbench : IDisposable
{
    private readonly TempFolder _temp = new(inMemory: true);
    private readonly FaultShim _shim;

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
    public static TheoryData<string> Readers => ["verify p.tar.zst", "verify -", "list p.tar.zst", "list -"];

    /// <summary>What writes below <c>out</c>.</summary>
    public static TheoryData<string> Writers =>
    [
        "create k --include deploy -o out/p.tar.zst",
        "create k --include deploy -o -",
        "extract p.tar.zst --as dir --to out",
        "extract p.tar.zst --as registry --to out",
        "extract p.tar.zst --as oci --to out",
        "extract - --as dir --to out",
        "extract - --as registry --to out",
        "extract - --as oci --to out",
    ];

    /// <summary>The bytes of <c>p.tar.zst</c>.</summary>
    public byte[] Package { get; }

    /// <summary>A path in the folder.</summary>
    public string Path(string name) => _temp["w/" + name];

    /// <summary>What is below <c>out</c>.</summary>
    public Tree Out() => Tree.Of(Path("out"));

    /// <summary>Empties <c>out</c>.</summary>
    public void Reset()
    {
        Directory.Delete(Path("out"), recursive: true);
        Directory.CreateDirectory(Path("out"));
    }

    /// <summary>Runs a command line, quietly and with two threads.</summary>
    public FaultRun Go(string line, string? fault)
    {
        var verb = line.Split(' ')[0];
        var arguments = (line + " --quiet" + (verb == "list" ? "" : " --threads 2")).Split(' ');
        return _shim.Run(Run.Bundle, arguments, verb != "create" && arguments.Contains("-") ? Package : null, fault, _temp["w"], _temp["counts"]);
    }

    /// <summary>The same once more after a failure: a create may have given its output a name before it failed.</summary>
    public FaultRun Again(string line) => Go(line.StartsWith("create", StringComparison.Ordinal) ? line + " --force" : line, null);

    /// <summary>How many calls of each kind the last run made.</summary>
    public int[] Counts() => FaultShim.Counts(_temp["counts"]);

    /// <inheritdoc/>
    public void Dispose() => _temp.Dispose();
}
