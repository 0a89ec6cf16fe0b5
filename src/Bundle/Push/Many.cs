using Bundle.Faults;

namespace Bundle.Push;

/// <summary>Many requests, some at once.</summary>
internal static class Many
{
    /// <summary>Does something for each of some items; the first failure ends the rest.</summary>
    /// <exception cref="BundleException">The failure.</exception>
    public static async Task Run<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> work, int parallelism, CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation };
        var all = Parallel.ForEachAsync(items, options, async (item, token) => await work(item, token));
        try
        {
            await all;
        }
        catch (Exception) when (all.Exception?.InnerExceptions.OfType<BundleException>().FirstOrDefault() is { } failure && !cancellation.IsCancellationRequested)
        {
            throw new BundleException(failure.Fault, failure);
        }
    }
}
