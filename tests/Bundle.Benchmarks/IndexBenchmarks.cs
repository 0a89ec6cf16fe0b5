using BenchmarkDotNet.Attributes;
using Bundle.Format;
using Bundle.Index;

namespace Bundle.Benchmarks;

/// <summary>What every command does before the first layer: bundle.json, and the layout that follows from it.</summary>
public class IndexBenchmarks
{
    private readonly byte[] _header = new byte[4096];
    private BundleIndex _index = null!;
    private byte[] _bytes = [];
    private PackageLayout _layout = null!;

    /// <summary>How many images; each has four blobs and the manifest.</summary>
    [Params(20, 2000)]
    public int Images { get; set; }

    /// <summary>Makes the index.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _index = ManyBlobs.Index(Images);
        _bytes = IndexWriter.Write(_index);
        _layout = new PackageLayout(_index, _bytes, 0);
    }

    /// <summary>Writes bundle.json.</summary>
    [Benchmark]
    public byte[] Write() => IndexWriter.Write(_index);

    /// <summary>Reads, validates, and compares with the canonical form.</summary>
    [Benchmark]
    public BundleIndex Read() => IndexReader.Read(_bytes);

    /// <summary>Entries, derived documents, cuts between frames.</summary>
    [Benchmark]
    public PackageLayout Layout() => new(_index, _bytes, 0);

    /// <summary>Every tar header of the stream.</summary>
    [Benchmark]
    public int TarHeaders()
    {
        var total = 0;
        for (var entry = 0; entry < _layout.Entries.Count; entry++)
        {
            var length = _layout.HeaderLength(entry);
            _layout.WriteHeader(entry, _header.AsSpan(0, length));
            total += length;
        }

        return total;
    }
}
