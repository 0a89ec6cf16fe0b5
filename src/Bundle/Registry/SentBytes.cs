namespace Bundle.Registry;

/// <summary>Tells of bytes as they are sent, and takes them back where they were sent in vain.</summary>
internal sealed class SentBytes(Action<long>? report)
{
    private readonly Lock _lock = new();
    private long _total;
    private bool _inVain;

    /// <summary>So many more were sent.</summary>
    public void Add(long bytes)
    {
        lock (_lock)
        {
            // A body may still be on its way when its answer is there.
            if (_inVain)
            {
                return;
            }

            _total += bytes;
            report?.Invoke(bytes);
        }
    }

    /// <summary>All of them will be sent anew, or not at all.</summary>
    public void TakeBack()
    {
        lock (_lock)
        {
            if (!_inVain && _total > 0)
            {
                report?.Invoke(-_total);
            }

            _inVain = true;
        }
    }
}
