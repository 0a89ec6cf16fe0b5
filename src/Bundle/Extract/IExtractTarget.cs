using Bundle.Index;
using Bundle.Model;

namespace Bundle.Extract;

/// <summary>A destination: content arrives verified or in private, and gets its name only when it holds.</summary>
internal interface IExtractTarget : IDisposable
{
    /// <summary>Finds what is there already and valid, and whether the rest fits.</summary>
    void Prepare(IProgressSink progress, CancellationToken cancellation);

    /// <summary>Whether a blob has to be written.</summary>
    bool Needs(int blob);

    /// <summary>Whether an extra file has to be written.</summary>
    bool NeedsFile(int file);

    /// <summary>Begins a blob; may be called by several threads.</summary>
    IPendingFile Create(int blob);

    /// <summary>Begins an extra file.</summary>
    IPendingFile CreateFile(int file);

    /// <summary>Takes a signature.</summary>
    void PutSignature(Digest digest, byte[] content);

    /// <summary>Makes the images visible, now that all that they need is there.</summary>
    void Finish(CancellationToken cancellation);

    /// <summary>What was done.</summary>
    ExtractResult Result(BundleIndex index, Digest bundleDigest);
}

/// <summary>A file under no final name yet.</summary>
internal interface IPendingFile : IDisposable
{
    /// <summary>Writes a piece; several threads may.</summary>
    void Write(ReadOnlySpan<byte> data, long at);

    /// <summary>Gives the file its name: its content is verified.</summary>
    void Publish();
}
