using Bundle.Faults;

namespace Bundle.Access;

/// <summary>
/// The bytes of a package, wherever they lie: read at any place, by any thread. The room's other types are the places: a file, the
/// parts of a split package, a server. What reads packages knows this type alone.
/// </summary>
public abstract class ByteSource : IDisposable
{
    private long _read;

    /// <summary>What messages call it; never holds a secret.</summary>
    public abstract string Name { get; }

    /// <summary>How many bytes there are.</summary>
    public abstract long Length { get; }

    /// <summary>How many bytes were read so far, for reports; a source that fetches more than it is asked for counts what it fetched.</summary>
    public virtual long BytesRead => Volatile.Read(ref _read);

    /// <summary>Reads what is there at an offset, at least one byte; 0 at the end.</summary>
    /// <exception cref="BundleException">The bytes cannot be had.</exception>
    public int Read(Span<byte> target, long offset)
    {
        var read = target.Length == 0 || offset >= Length ? 0 : ReadSome(target, offset);
        Interlocked.Add(ref _read, read);
        return read;
    }

    /// <summary>Fills a span; false where the bytes end before.</summary>
    /// <exception cref="BundleException">The bytes cannot be had.</exception>
    public bool TryReadExactly(Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            var read = Read(target, offset);
            if (read == 0)
            {
                return false;
            }

            target = target[read..];
            offset += read;
        }

        return true;
    }

    /// <summary>Whether reading takes so long that it pays to say beforehand what will be read.</summary>
    public virtual bool IsDistant => false;

    /// <summary>The bytes that are known not to be there.</summary>
    public virtual IReadOnlyList<SourceGap> Gaps() => [];

    /// <summary>Says what will be read, in this order, so that a distant source can fetch it ahead; a former plan is dropped.</summary>
    public virtual void Expect(IEnumerable<ByteRange> plan)
    {
    }

    /// <summary>All bytes from the beginning on, in one pass.</summary>
    public virtual Stream OpenStream() => new SourceStream(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads what is there at an offset that is before the end, at least one byte unless the source became shorter.</summary>
    protected abstract int ReadSome(Span<byte> target, long offset);

    /// <summary>Frees what is held.</summary>
    protected abstract void Dispose(bool disposing);
}
