using System.Net;
using System.Net.Http.Headers;
using Bundle.Faults;

namespace Bundle.Registry;

/// <summary>A failure that may pass.</summary>
/// <param name="advice">How long the registry asks to wait; null where it does not say.</param>
internal sealed class TransientException(Fault fault, TimeSpan? advice = null, Exception? cause = null) : Exception(fault.Message, cause)
{
    /// <summary>What to tell where it does not pass.</summary>
    public Fault Fault { get; } = fault;

    /// <summary>How long the registry asks to wait.</summary>
    public TimeSpan? Advice { get; } = advice;
}

/// <summary>Tries again what may pass: longer waits each time, of random length so that clients do not come back in step.</summary>
internal sealed class RetryPolicy(RegistryOptions options)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>Does something until it succeeds, fails for good, or was tried often enough.</summary>
    /// <exception cref="BundleException">The last failure.</exception>
    public async Task<T> Run<T>(Func<Task<T>> attempt, CancellationToken cancellation)
    {
        for (var failures = 0; ;)
        {
            TransientException failure;
            try
            {
                return await attempt();
            }
            catch (TransientException e)
            {
                failure = e;
            }

            await Wait(++failures, failure, cancellation);
        }
    }

    /// <summary>Waits after the n-th failure in a row.</summary>
    /// <exception cref="BundleException">It was the last one allowed.</exception>
    public async Task Wait(int failures, TransientException failure, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (failures > options.Retries)
        {
            throw failure.Fault.ToException(failure);
        }

        await Task.Delay(Delay(failures, failure.Advice), options.Clock, cancellation);
    }

    /// <summary>What a Retry-After header asks for: seconds, or a date (RFC 9110 section 10.2.3).</summary>
    public TimeSpan? Advice(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date - options.Clock.GetUtcNow());

    private TimeSpan Delay(int failures, TimeSpan? advice)
    {
        var growing = First * Math.Pow(2, Math.Min(failures - 1, 10));
        // A little is added to what is asked for, and a half taken at most from what is not.
        var delay = advice is { } asked
            ? (asked > TimeSpan.Zero ? asked : TimeSpan.Zero) + (Random.Shared.NextDouble() * First)
            : growing * (0.5 + (Random.Shared.NextDouble() / 2));
        return delay < options.LongestDelay ? delay : options.LongestDelay;
    }
}
