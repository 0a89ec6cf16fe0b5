using System.Buffers;
using System.Collections.Concurrent;
using Bundle.Faults;
using Bundle.Format;

namespace Bundle.Reading;

/// <summary>Decodes single frames of a package in a file, for any number of threads.</summary>
internal sealed class FrameReader(PackageFile file, PackageLayout layout, PackageTables tables) : IDisposable
{
    private readonly ConcurrentBag<FrameCodec> _codecs = [];
    private readonly DamagePlace _place = new(layout, tables);

    /// <summary>The layout that the frames follow.</summary>
    public PackageLayout Layout => layout;

    /// <summary>Decodes a frame into a span of exactly its content's length.</summary>
    /// <exception cref="BundleException">It is damaged, or the file cannot be read.</exception>
    public void Read(int number, Span<byte> content)
    {
        var length = (int)tables[number].Compressed;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            if (!file.TryRead(buffer.AsSpan(0, length), tables.OffsetOf(number)))
            {
                throw new Fault(FaultId.Truncated, $"{file.Name} became shorter while it was read").ToException();
            }

            var codec = _codecs.TryTake(out var idle) ? idle : new FrameCodec();
            var valid = codec.TryDecompress(buffer.AsSpan(0, length), content);
            _codecs.Add(codec);
            if (!valid)
            {
                throw (_place.InFrame(number, new Fault(FaultId.FrameInvalid, "a frame is damaged")) with { Hint = Hints.Damaged }).ToException();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What ends the reading of an entry whose frames are whole and whose digest does not hold.</summary>
    public BundleException Damaged(int entry, int firstFrame, int count) => (_place.OfEntry(entry, firstFrame, count) with { Hint = Hints.Damaged }).ToException();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var codec in _codecs)
        {
            codec.Dispose();
        }
    }
}
