using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;

namespace Bundle.Fuzz.Targets;

/// <summary>bundle.json: what is accepted is written in the same bytes (spec IDX-1), and can be laid out.</summary>
internal static class IndexTarget
{
    public static void Run(byte[] bytes) => Target.Refusing<BundleException>(() =>
    {
        var index = IndexReader.Read(bytes);
        Target.Require(IndexWriter.Write(index).AsSpan().SequenceEqual(bytes), "an index was accepted that would be written otherwise");
        var layout = new PackageLayout(index, bytes, 0);
        Target.Require(layout.Frames.Sum(frame => (long)frame.Length) == layout.StreamLength, "the frames are not the stream");
    });
}
