using Bundle.Faults;
using Bundle.Net;

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

/// <summary>Tries again what failed in a way that may pass.</summary>
internal static class Retries
{
    /// <summary>Does something until it succeeds, fails for good, or was tried often enough.</summary>
    /// <exception cref="BundleException">The last failure.</exception>
    public static async Task<T> Run<T>(this RetryPolicy policy, Func<Task<T>> attempt, CancellationToken cancellation)
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

            await policy.Wait(++failures, failure, cancellation);
        }
    }

    /// <summary>Waits after the n-th failure in a row.</summary>
    /// <exception cref="BundleException">It was the last one allowed.</exception>
    public static async Task Wait(this RetryPolicy policy, int failures, TransientException failure, CancellationToken cancellation)
    {
        if (!await policy.Wait(failures, failure.Advice, cancellation))
        {
            throw failure.Fault.ToException(failure);
        }
    }
}
