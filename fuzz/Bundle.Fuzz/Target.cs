using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Verify;

namespace Bundle.Fuzz;

/// <summary>Something that takes hostile bytes: it may refuse them with a fault of the package, and nothing else.</summary>
internal sealed record Target(string Name, Action<byte[]> Run)
{
    /// <summary>All targets.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        new("verify", Verify),
        new("index", Index),
        new("manifest", bytes => Refusing<FormatException>(() => Manifest.Parse(bytes))),
    ];

    // The same verdict from a file's point of view and from a pipe's would need a file; a pipe meets more code.
    private static void Verify(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        _ = Verifier.Run(PackageInput.From(stream), 1, NoProgress.Instance, CancellationToken.None);
    }

    // An index that is accepted is written in the same bytes (spec IDX-1).
    private static void Index(byte[] bytes) => Refusing<BundleException>(() =>
    {
        var index = IndexReader.Read(bytes);
        if (!IndexWriter.Write(index).AsSpan().SequenceEqual(bytes))
        {
            throw new InvalidOperationException("an index was accepted that would be written otherwise");
        }

        _ = new PackageLayout(index, bytes, 0);
    });

    private static void Refusing<TException>(Action action)
        where TException : Exception
    {
        try
        {
            action();
        }
        catch (TException)
        {
            // Refused, as it should be.
        }
    }
}
