using System.Buffers;
using System.Net;
using Bundle.Faults;

namespace Bundle.Registry;

/// <summary>A part of a blob as the body of a request; each piece that gets through renews the patience of whoever waits.</summary>
internal sealed class UploadContent(Func<Stream> open, long offset, long length, Patience patience, Action<long> sent) : HttpContent
{
    // A registry answers when all is stored, which takes its time for gigabytes.
    private const int LongerAtTheEnd = 10;

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            await using var source = await At(buffer, cancellationToken);
            for (var rest = length; rest > 0;)
            {
                var read = await Read(source, buffer.AsMemory(0, (int)Math.Min(buffer.Length, rest)), cancellationToken);
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                rest -= read;
                patience.Arm();
                sent(read);
            }

            patience.Arm(LongerAtTheEnd);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<Stream> At(byte[] buffer, CancellationToken cancellation)
    {
        var source = Open();
        if (source.CanSeek)
        {
            source.Position += offset;
            return source;
        }

        for (var skip = offset; skip > 0;)
        {
            skip -= await Read(source, buffer.AsMemory(0, (int)Math.Min(buffer.Length, skip)), cancellation);
        }

        return source;
    }

    private Stream Open()
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e);
        }
    }

    private static BundleException Unreadable(Exception e) => new Fault(FaultId.Io, "cannot read what is to be uploaded: " + e.Message.TrimEnd('.')).ToException(e);

    // A failure of the source is none of the connection's, and sending again would not help.
    private static async Task<int> Read(Stream source, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellation) is > 0 and var read ? read : throw new EndOfStreamException("the content to upload ends too early");
        }
        catch (IOException e)
        {
            throw Unreadable(e);
        }
    }
}
