using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Injection;

/// <summary>A network that goes away under way, and stays away: the program tries again for some seconds, tells of it, and leaves nothing wrong; with the network back, a second run ends well.</summary>
public sealed class NetworkLossTests : IDisposable
{
    private static readonly string[] Kinds = ["receive", "send", "connect"];

    private readonly Workbench _bench = new();

    public static TheoryData<string> Lines => [.. Workbench.MoreWriters.Concat(Workbench.MoreReaders).Where(line => line.Contains("REGISTRY", StringComparison.Ordinal) || line.Contains("HTTP", StringComparison.Ordinal))];

    public void Dispose() => _bench.Dispose();

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Lines))]
    public void Is_told_and_leaves_nothing_wrong(string line)
    {
        var trial = new FaultTrial(_bench, line);
        foreach (var kind in Kinds[..(Figures.Depth is null ? 1 : Kinds.Length)])
        {
            var count = trial.Counts[Array.FindIndex(FaultShim.Kinds, one => one.Kind == kind)];
            foreach (var n in Places(count, Figures.Depth is null ? 1 : 8))
            {
                var run = trial.Run(kind, n, kind == "receive" ? "ECONNRESET:on" : kind == "send" ? "EPIPE:on" : "ENETUNREACH:on");
                Assert.True(run.Exit == 1 || n > run.Count, $"{kind} {n}: exit {run.Exit}");
            }
        }
    }

    // So many, spread evenly: each costs the time of all attempts.
    private static IEnumerable<int> Places(int count, int some) => Enumerable.Range(1, some).Select(i => Math.Max(1, count * i / (some + 1))).Distinct();
}
