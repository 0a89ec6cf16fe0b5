using Bundle.IO;

namespace Bundle.Net;

/// <summary>The body of an answer: a server that falls silent in its midst ends it.</summary>
internal sealed class StallingStream(Stream body, string name, HttpOptions options) : ForwardStream
{
    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return ReadAsync(buffer.AsMemory(offset, count), options.Cancellation).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (RetryPolicy.MayPass(e, connected: true))
        {
            throw new Faults.Fault(Faults.FaultId.Http, $"the connection to {name} broke, and the server gives no ranges to go on from there")
            {
                Entry = name,
                Hint = "run it again; what is there already is kept",
            }.ToException(e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Patience);
        try
        {
            return await body.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("the server is silent", e);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        body.Dispose();
        base.Dispose(disposing);
    }
}
