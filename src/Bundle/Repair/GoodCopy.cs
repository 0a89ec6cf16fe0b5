using System.IO.Hashing;
using Bundle.Access;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;
using Bundle.Reading;

namespace Bundle.Repair;

/// <summary>A good copy of a package: its head, its tables, and any range of it, held against its range checksums.</summary>
internal sealed class GoodCopy : IDisposable
{
    private readonly PackageFile _file;
    private readonly ulong[] _ranges;
    private readonly PackageHead _head;
    private readonly PackageTables _tables;

    private GoodCopy(PackageFile file, PackageHead head, PackageTables tables, ulong[] ranges, byte[] tail) =>
        (_file, _head, _tables, _ranges, Tail) = (file, head, tables, ranges, tail);

    public string Name => _file.Name;

    public Digest BundleDigest => _head.BundleDigest;

    /// <summary>The length of all data frames.</summary>
    public long DataLength => _tables.DataLength;

    /// <summary>Both tables, as they stand behind the data.</summary>
    public byte[] Tail { get; }

    public long Length => DataLength + Tail.Length;

    public int Ranges => _ranges.Length;

    public long BytesRead => _file.Source!.BytesRead;

    /// <summary>Opens the copy.</summary>
    /// <exception cref="BundleException">It is no package, its head or tables are damaged, or it is a stream.</exception>
    public static GoodCopy Open(PackageInput input)
    {
        var file = PackageFile.OpenFile(input);
        try
        {
            if (file.Length is not { } length)
            {
                throw new Fault(FaultId.Io, $"{file.Name} can only be read as a stream, and repair fetches single ranges")
                {
                    Entry = file.Name,
                    Hint = "give a file, or an address on a server that gives ranges",
                }.ToException();
            }

            var head = PackageHead.Read(file.Frames());
            var tables = file.ReadTables();
            var tail = new byte[Math.Min(Array.MaxLength, length - (tables?.DataLength ?? length))];
            if (tables?.Ranges is not { } ranges || !file.TryRead(tail, tables.DataLength))
            {
                throw Damaged(file.Name, "its tables are damaged", null);
            }

            return new GoodCopy(file, head, tables, ranges, tail);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of a range; the last one may be shorter.</summary>
    public ByteRange RangeOf(int range) => new((long)range * Limits.Range, Math.Min(Limits.Range, DataLength - ((long)range * Limits.Range)));

    /// <summary>Whether some bytes are those of a range.</summary>
    public bool Holds(int range, ReadOnlySpan<byte> bytes) => bytes.Length == RangeOf(range).Length && XxHash64.HashToUInt64(bytes) == _ranges[range];

    /// <summary>Whether other tables cut the package into the same frames. Their checksums may be damaged without a trace; lengths may not, as their sums have to hold.</summary>
    public bool IsCutAs(PackageTables other) => other.Frames == _tables.Frames && other.DataLength == DataLength
        && Enumerable.Range(0, other.Frames).All(frame => other.OffsetOf(frame) == _tables.OffsetOf(frame));

    /// <summary>Whether a head of the same index says that the same keys signed it.</summary>
    public bool IsSignedAs(PackageHead other) => other.Signatures.Select(signature => signature.KeyId).SequenceEqual(_head.Signatures.Select(signature => signature.KeyId));

    /// <summary>Says which ranges will be read.</summary>
    public void Expect(IEnumerable<int> ranges) => _file.Source!.Expect(ranges.Select(RangeOf));

    /// <summary>Reads a range.</summary>
    /// <exception cref="BundleException">The copy is damaged there itself.</exception>
    public void Read(int range, Span<byte> target)
    {
        if (!_file.TryRead(target, RangeOf(range).Offset) || !Holds(range, target))
        {
            throw Damaged(_file.Name, "it does not have its checksum here", RangeOf(range));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static BundleException Damaged(string name, string what, ByteRange? place) => new Fault(FaultId.RangeDamaged, $"the copy {name} is damaged too: {what}")
    {
        Entry = name,
        Offset = place?.Offset,
        Length = place?.Length,
        Hint = "give another copy with --from; what was fetched so far is kept",
    }.ToException();
}
