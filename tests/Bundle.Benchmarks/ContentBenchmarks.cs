using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Bundle.Format;

namespace Bundle.Benchmarks;

/// <summary>What happens to each frame of 2 MiB: hashing, checksums, raw blocks, the compressor.</summary>
public class ContentBenchmarks
{
    private readonly byte[] _noise = new byte[Limits.Frame];
    private readonly byte[] _text = new byte[Limits.Frame];
    private readonly byte[] _target = new byte[ZstdFrame.MaxLength];
    private readonly byte[] _content = new byte[Limits.Frame];
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FrameCodec _codec = new();
    private byte[] _storedFrame = [];
    private byte[] _compressedFrame = [];

    /// <summary>Makes content that does not compress, and text that does.</summary>
    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_noise);
        var random = new Random(2);
        var words = new StringBuilder();
        while (words.Length < _text.Length)
        {
            words.Append(CultureInfo.InvariantCulture, $"/usr/share/doc/package-{random.Next(500)}/copyright ");
        }

        Encoding.ASCII.GetBytes(words.ToString(0, _text.Length), _text);
        _storedFrame = _target[..ZstdFrame.Store(_noise, _target)];
        _compressedFrame = _target[.._codec.Compress(_text, _target)];
    }

    /// <summary>The digest of a blob: the floor of everything.</summary>
    [Benchmark(Baseline = true)]
    public void Sha256() => _sha256.AppendData(_noise);

    /// <summary>The checksum of a frame's content.</summary>
    [Benchmark]
    public uint FrameChecksum() => ZstdFrame.ContentChecksum(_noise);

    /// <summary>The range checksums of a frame's bytes.</summary>
    [Benchmark]
    public IReadOnlyList<ulong> RangeChecksums()
    {
        var hasher = new RangeHasher();
        hasher.Append(_noise);
        return hasher.Finish();
    }

    /// <summary>A frame of raw blocks, for content that is compressed already.</summary>
    [Benchmark]
    public int Store() => ZstdFrame.Store(_noise, _target);

    /// <summary>The same back.</summary>
    [Benchmark]
    public bool Unstore() => _codec.TryDecompress(_storedFrame, _content);

    /// <summary>What the compressor takes for the same content, were it not stored.</summary>
    [Benchmark]
    public int CompressNoise() => _codec.Compress(_noise, _target);

    /// <summary>A frame of text at the default level.</summary>
    [Benchmark]
    public int CompressText() => _codec.Compress(_text, _target);

    /// <summary>The same back.</summary>
    [Benchmark]
    public bool DecompressText() => _codec.TryDecompress(_compressedFrame, _content);
}
