using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Injection;

/// <summary>
/// Every call below the program fails once in its turn: it ends well, or with a clean error, never with wrong bytes under a
/// final name; and a second run without faults ends well and leaves nothing behind. Here some of the calls;
/// <c>tests/faults/run</c> makes every one of them fail.
/// </summary>
public sealed class FaultTests : IDisposable
{
    // What a user has no business with, as the program has another way.
    private static readonly HashSet<string> Overcome =
    [
        "read short", "read short:on", "write short", "write short:on", "read EINTR", "write EINTR", "allocate EOPNOTSUPP:on", "allocate EINVAL", "lock ENOLCK:on", "lock EOPNOTSUPP:on",
        "link EMLINK", "link EMLINK:on", "link EXDEV:on", "link EPERM:on", "link EOPNOTSUPP", "clock jump", "clock jump:on", "close EIO", "close EINTR:on",
        "send short", "send ECONNRESET", "send EPIPE", "receive short", "receive ECONNRESET", "receive ETIMEDOUT",
    ];

    private readonly Workbench _bench = new();

    public static TheoryData<string> Lines => [.. Workbench.Writers.Concat(Workbench.Readers)];

    public static TheoryData<string> MoreLines => [.. Workbench.MoreWriters.Concat(Workbench.MoreReaders)];

    public void Dispose() => _bench.Dispose();

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Lines))]
    public void A_call_that_fails_leaves_nothing_wrong(string line) => Each(line, inEveryWay: (Figures.Depth ?? 0) == 0);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(MoreLines))]
    public void Nor_over_a_network_nor_in_place(string line) => Each(line, inEveryWay: Figures.Depth == 0);

    private void Each(string line, bool inEveryWay)
    {
        _bench.Begin(line);
        var good = _bench.Go(line, null);
        Assert.True(good.Exit == 0, good.Error);
        var whole = _bench.Out();
        var counts = _bench.Counts();
        for (var kind = 0; kind < FaultShim.Kinds.Length; kind++)
        {
            var (name, failures) = FaultShim.Kinds[kind];
            foreach (var n in Figures.Some(counts[kind], name is "open" or "write" or "read" ? 4 : 2))
            {
                foreach (var failure in inEveryWay ? failures : [failures[(n / (Figures.Depth ?? 1)) % failures.Length]])
                {
                    One(line, whole, good, name, n, failure);
                    Figures.Count("faults injected: bundle " + line);
                }
            }
        }
    }

    private void One(string line, Tree whole, FaultRun good, string kind, int n, string failure)
    {
        _bench.Reset();
        var run = _bench.Go(line, $"{kind}:{n}:{failure}");
        var what = $"{kind}:{n}:{failure}: bundle {line}: exit {run.Exit}: {run.Error}";
        Assert.True(run.Exit is 0 or 1, what);

        // Where nothing can be written, the error cannot be either.
        Assert.True(run.Exit == 0 || run.Error.StartsWith("bundle: error: ", StringComparison.Ordinal) || kind is "any", what);
        Assert.False(run.Error.Contains("internal", StringComparison.Ordinal) || run.Error.Contains("   at ", StringComparison.Ordinal), what);
        // A registry that has not answered yet is more likely misspelt than at rest, and told at once.
        var unknown = run.Error.Contains("for its API", StringComparison.Ordinal);
        Assert.True(run.Exit == 0 || run.Count < n || unknown || !Overcome.Contains($"{kind} {failure}"), what + ": it has another way");
        var left = _bench.Out();
        _bench.Check(left, whole, what);
        if (run.Exit == 0)
        {
            // A disk that dies while the last private file is removed takes nothing from the work that is done.
            (kind is "unlink" or "any" ? left.Public() : left).Is(whole, what);
            Assert.True(run.Output.AsSpan().SequenceEqual(good.Output), what + ": other output");
            return;
        }

        // What cannot be unlinked has to stay.
        Assert.True(kind is "unlink" or "any" || !_bench.Leftovers(left).Any(), what + ": left " + string.Join(", ", _bench.Leftovers(left)));
        var again = _bench.Again(line);
        Assert.True(again.Exit == 0, what + ", and again: " + again.Error);
        _bench.Out().Is(whole, what + ", and again");
    }
}
