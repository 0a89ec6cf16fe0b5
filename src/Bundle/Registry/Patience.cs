namespace Bundle.Registry;

/// <summary>Ends a wait that lasts too long, and can be told that something happened.</summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationToken _outer;
    private readonly TimeSpan _limit;
    private CancellationTokenSource _source;

    public Patience(TimeSpan limit, CancellationToken cancellation)
    {
        (_limit, _outer) = (limit, cancellation);
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>Cancelled by whoever waits, or when patience is at its end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether it was patience that ended.</summary>
    public bool IsOver => _source.IsCancellationRequested && !_outer.IsCancellationRequested;

    /// <summary>A wait begins, or something happened and it begins anew.</summary>
    /// <param name="times">How many times longer than usual it may last.</param>
    public void Arm(int times = 1) => _source.CancelAfter(_limit * times);

    /// <summary>Nothing is waited for.</summary>
    public void Disarm() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>New patience after it was over.</summary>
    public void Renew()
    {
        _source.Dispose();
        _source = CancellationTokenSource.CreateLinkedTokenSource(_outer);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
