using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Injection;

/// <summary>A command line under faults, and what has to hold of each: what it does without them is the measure.</summary>
internal sealed class FaultTrial
{
    // What a user has no business with, as the program has another way.
    private static readonly HashSet<string> Overcome =
    [
        "read short", "read short:on", "write short", "write short:on", "read EINTR", "write EINTR", "allocate EOPNOTSUPP:on", "allocate EINVAL", "lock ENOLCK:on", "lock EOPNOTSUPP:on",
        "link EMLINK", "link EMLINK:on", "link EXDEV:on", "link EPERM:on", "link EOPNOTSUPP", "clock jump", "clock jump:on", "close EIO", "close EINTR:on",
        "send short", "send ECONNRESET", "send EPIPE", "receive short", "receive ECONNRESET", "receive ETIMEDOUT",
    ];

    private readonly Workbench _bench;
    private readonly string _line;
    private readonly FaultRun _good;
    private readonly Tree _whole;

    /// <summary>Runs the line without a fault.</summary>
    public FaultTrial(Workbench bench, string line)
    {
        (_bench, _line) = (bench, line);
        _bench.Begin(line);
        _good = _bench.Go(line, null);
        Assert.True(_good.Exit == 0, _good.Error);
        _whole = _bench.Out();
        Counts = _bench.Counts();
    }

    /// <summary>How many calls of each kind it makes.</summary>
    public int[] Counts { get; }

    /// <summary>Runs it with a fault, and after an error once more without.</summary>
    /// <param name="n">Which call of the kind fails.</param>
    public FaultRun Run(string kind, int n, string failure)
    {
        Figures.Count("faults injected: bundle " + _line);
        _bench.Reset();
        var run = _bench.Go(_line, $"{kind}:{n}:{failure}");
        var what = $"{kind}:{n}:{failure}: bundle {_line}: exit {run.Exit}: {run.Error}";
        Assert.True(run.Exit is 0 or 1, what);

        // Where nothing can be written, the error cannot be either.
        Assert.True(run.Exit == 0 || run.Error.StartsWith("bundle: error: ", StringComparison.Ordinal) || kind is "any", what);
        Assert.False(run.Error.Contains("internal", StringComparison.Ordinal) || run.Error.Contains("   at ", StringComparison.Ordinal), what);

        // A registry that has not answered yet is more likely misspelt than at rest, and told at once.
        var unknown = run.Error.Contains("for its API", StringComparison.Ordinal);
        Assert.True(run.Exit == 0 || run.Count < n || unknown || !Overcome.Contains($"{kind} {failure}"), what + ": it has another way");
        var left = _bench.Out();
        _bench.Check(left, _whole, what);
        if (run.Exit == 0)
        {
            // A disk that dies while the last private file is removed takes nothing from the work that is done.
            (kind is "unlink" or "any" ? left.Public() : left).Is(_whole, what);
            Assert.True(run.Output.AsSpan().SequenceEqual(_good.Output), what + ": other output");
            return run;
        }

        // What cannot be unlinked has to stay.
        Assert.True(kind is "unlink" or "any" || !_bench.Leftovers(left).Any(), what + ": left " + string.Join(", ", _bench.Leftovers(left)));
        var again = _bench.Again(_line);
        Assert.True(again.Exit == 0, what + ", and again: " + again.Error);
        _bench.Out().Is(_whole, what + ", and again");
        return run;
    }
}
