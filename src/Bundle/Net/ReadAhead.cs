using Bundle.Access;

namespace Bundle.Net;

/// <summary>
/// Fetches what a plan says will be read: neighbours in one request, a few requests at once, and never more than a bounded number of bytes ahead.
/// Not for two threads at once.
/// </summary>
internal sealed class ReadAhead : IDisposable
{
    private const int Request = 4 * 1024 * 1024;
    private const int Batch = 16 * 1024 * 1024;
    private const int Most = 24 * 1024 * 1024;
    private const int Parallel = 4;

    // Fetching some bytes in vain takes less than a further request.
    private const int Gap = 32 * 1024;

    private readonly RangeClient _client;
    private readonly bool _slowStart;
    private readonly List<Fetched> _fetched = [];
    private readonly SemaphoreSlim _slots = new(Parallel);
    private readonly IEnumerator<ByteRange> _plan;
    private long _ahead, _used;
    private bool _over;

    /// <param name="slowStart">Whether no more is fetched ahead than was read so far: for a plan that may be left before its end.</param>
    public ReadAhead(RangeClient client, IEnumerable<ByteRange> plan, bool slowStart)
    {
        (_client, _plan, _slowStart) = (client, plan.GetEnumerator(), slowStart);
        _over = !_plan.MoveNext();
    }

    /// <summary>Reads bytes that the plan has next, as far as one request holds them; 0 where it has not.</summary>
    public int Read(Span<byte> target, long offset)
    {
        if (Find(offset) is null && !_over && _plan.Current.Offset == offset)
        {
            Fill();
        }

        if (Find(offset) is not { } piece)
        {
            return 0;
        }

        var bytes = piece.Bytes.GetAwaiter().GetResult();
        var length = (int)Math.Min(target.Length, piece.Range.End - offset);
        bytes.AsSpan((int)(offset - piece.Range.Offset), length).CopyTo(target);
        (piece.Left, _used) = (piece.Left - length, _used + length);
        if (piece.Left <= 0)
        {
            _fetched.Remove(piece);
            _ahead -= piece.Range.Length;
        }

        Fill();
        return length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _plan.Dispose();
        foreach (var piece in _fetched)
        {
            // Whatever comes of what is under way, nobody waits for it.
            _ = piece.Bytes.ContinueWith(task => task.Exception, TaskScheduler.Default);
        }
    }

    private Fetched? Find(long offset) => _fetched.Find(one => one.Range.Offset <= offset && offset < one.Range.End);

    private void Fill()
    {
        while (!_over && _ahead < (_slowStart ? Math.Clamp(_used, 1, Most - Batch) : Most - Batch))
        {
            var batch = new List<ByteRange>();
            long length = 0;
            while (length < (_slowStart ? 1 : Batch) && !_over)
            {
                batch.Add(_plan.Current);
                length += _plan.Current.Length;
                _over = !_plan.MoveNext();
            }

            foreach (var piece in Join(batch))
            {
                piece.Bytes = Fetch(piece.Range);
                _fetched.Add(piece);
                _ahead += piece.Range.Length;
            }
        }
    }

    private static List<Fetched> Join(List<ByteRange> ranges)
    {
        var joined = new List<Fetched>();
        foreach (var range in ranges.OrderBy(range => range.Offset))
        {
            if (joined.Count > 0 && joined[^1] is var last && range.Offset - last.Range.End is >= 0 and <= Gap && range.End - last.Range.Offset <= Request)
            {
                joined[^1] = new Fetched(new ByteRange(last.Range.Offset, range.End - last.Range.Offset)) { Left = last.Left + range.Length };
            }
            else
            {
                joined.Add(new Fetched(range) { Left = range.Length });
            }
        }

        return joined;
    }

    private async Task<byte[]> Fetch(ByteRange range)
    {
        await Task.Yield();
        await _slots.WaitAsync().ConfigureAwait(false);
        try
        {
            var bytes = new byte[range.Length];
            await _client.Fetch(range.Offset, bytes).ConfigureAwait(false);
            return bytes;
        }
        finally
        {
            _slots.Release();
        }
    }

    private sealed class Fetched(ByteRange range)
    {
        public ByteRange Range => range;

        /// <summary>How many bytes of the plan are still to be read from it.</summary>
        public long Left { get; set; }

        public Task<byte[]> Bytes { get; set; } = Task.FromResult(Array.Empty<byte>());
    }
}
