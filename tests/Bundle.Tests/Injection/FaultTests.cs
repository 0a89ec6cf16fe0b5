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
        var trial = new FaultTrial(_bench, line);
        for (var kind = 0; kind < FaultShim.Kinds.Length; kind++)
        {
            var (name, failures) = FaultShim.Kinds[kind];
            foreach (var n in Figures.Some(trial.Counts[kind], name is "open" or "write" or "read" ? 4 : 2))
            {
                foreach (var failure in inEveryWay ? failures : [failures[(n / (Figures.Depth ?? 1)) % failures.Length]])
                {
                    trial.Run(name, n, failure);
                }
            }
        }
    }
}
