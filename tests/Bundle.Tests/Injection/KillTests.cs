using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Injection;

/// <summary>
/// SIGKILL just before the n-th call: nothing wrong has a final name, and a second run ends well and clears up. SIGINT and SIGTERM
/// leave nothing at all. <c>tests/faults/run</c> tries every call.
/// </summary>
public sealed class KillTests : IDisposable
{
    private readonly Workbench _bench = new();

    /// <summary>Command lines, with how many kills and how many signals the quick tests try.</summary>
    public static TheoryData<string, int, int> Lines => [.. Workbench.Writers.Select(line => (line, 12, 8)), .. Workbench.MoreWriters.Select(line => (line, 6, 3))];

    public void Dispose() => _bench.Dispose();

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Lines))]
    public void Killed_before_any_call_a_second_run_ends_well(string line, int some, int _)
    {
        var (good, whole, calls) = Good(line);
        foreach (var n in Figures.Some(calls, some))
        {
            // Some runs find what several killed ones left.
            if (n % 3 != 0)
            {
                _bench.Reset();
            }

            var run = _bench.Go(Workbench.Forced(line), $"any:{n}:kill");
            var what = $"killed before call {n}: bundle {line}";
            Assert.True(run.Exit == 137 || run.Count < n, $"{what}: exit {run.Exit} {run.Error}");

            // A repair tells how much it fetched: less, where a killed one left some of it.
            var less = n % 3 == 0 && line.StartsWith("repair ", StringComparison.Ordinal);
            Assert.True(less || good.Output.AsSpan().StartsWith(run.Output), what + ": wrong output");
            _bench.Check(_bench.Out(), whole, what);
            if (n % 3 != 1)
            {
                var again = _bench.Again(line);
                Assert.True(again.Exit == 0, $"{what}, and again: {again.Error}");
                _bench.Out().Is(whole, what + ", and again");
            }

            Figures.Count("kills survived: bundle " + line);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Lines))]
    public void A_signal_before_any_call_leaves_nothing(string line, int _, int some)
    {
        var (good, whole, calls) = Good(line);
        foreach (var n in Figures.Some(calls, some))
        {
            _bench.Reset();
            var (signal, code) = n % 2 == 0 ? ("int", 130) : ("term", 143);
            var run = _bench.Go(line, $"any:{n}:{signal}");
            var what = $"SIG{signal} before call {n}: bundle {line}: exit {run.Exit}: {run.Error}";

            // Before the program has said that it handles signals, they end it as any other.
            Assert.True(run.Exit == code || run.Exit == 0, what);
            var left = _bench.Out();
            _bench.Check(left, whole, what);
            Assert.True(!_bench.Leftovers(left).Any(), what + ": left " + string.Join(", ", _bench.Leftovers(left)));
            Assert.True(good.Output.AsSpan().StartsWith(run.Output), what + ": wrong output");
            if (run.Exit == 0)
            {
                left.Is(whole, what);
            }

            Figures.Count("signals obeyed: bundle " + line);
        }
    }

    private (FaultRun Good, Tree Whole, int Calls) Good(string line)
    {
        _bench.Begin(line);
        var good = _bench.Go(line, null);
        Assert.True(good.Exit == 0, good.Error);
        return (good, _bench.Out(), _bench.Counts()[0]);
    }
}
