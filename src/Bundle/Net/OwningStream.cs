using Bundle.IO;

namespace Bundle.Net;

/// <summary>A stream that takes what it comes from with it.</summary>
internal sealed class OwningStream(Stream stream, IDisposable owner) : ForwardStream
{
    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        stream.Dispose();
        owner.Dispose();
        base.Dispose(disposing);
    }
}
