using System.Buffers;
using System.Net;
using Bundle.Faults;
using Bundle.IO;
using Bundle.Model;

namespace Bundle.Registry;

/// <summary>
/// A blob as it comes from a registry. A connection that breaks is followed by one that asks for the rest; a server that
/// knows no ranges is read again from the start, up to where the first one ended.
/// </summary>
internal sealed class BlobDownload(RegistryClient client, RegistryRepository repository, Digest digest, long size, CancellationToken cancellation) : ForwardStream
{
    // Progress of so much makes up for the failures before it: a download ends, however large it is.
    private const long Progress = 1024 * 1024;

    private readonly Patience _patience = new(client.Options.StallTimeout, cancellation);
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private long _lastFailure;
    private int _failures;
    private bool _ended;

    /// <inheritdoc/>
    public override long Length => size;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="BundleException">The registry fails for good, or the blob has another length.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_ended && buffer.Length > 0)
        {
            try
            {
                _body ??= await Open();
                _patience.Arm();
                // At the end one byte more is asked for: there must be none.
                var rest = size - _position;
                var read = await _body.ReadAsync(rest == 0 ? new byte[1] : buffer[..(int)Math.Min(buffer.Length, rest)], _patience.Token);
                _patience.Disarm();
                if (rest == 0)
                {
                    _ended = true;
                    return read == 0 ? 0 : throw repository.WrongLength(digest, size, size + read);
                }

                if (read == 0)
                {
                    throw new IOException("the connection ended too early");
                }

                _position += read;
                return read;
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && _patience.IsOver))
            {
                await Break(e);
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _response?.Dispose();
            _patience.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<Stream> Open()
    {
        _patience.Disarm();
        _response = await repository.GetBlob(digest, _position, cancellation);
        var begins = Begins(_response);
        var body = await _response.Content.ReadAsStreamAsync(cancellation);
        if (begins < _position)
        {
            await Skip(body, _position - begins);
        }

        return body;
    }

    // What is sent must be the rest of a blob of the promised length, or the whole of it.
    private long Begins(HttpResponseMessage response)
    {
        var range = response.Content.Headers.ContentRange;
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            return range is { Unit: "bytes", From: { } from, To: { } to } && from == _position && to == size - 1 && (range.Length is null || range.Length == size) ? from
                : throw RegistryFaults.Protocol(client.Host, $"sends the range '{range}' where bytes {_position} to {size - 1} of the blob {digest} were asked for").ToException();
        }

        return response.Content.Headers.ContentLength is { } length && length != size ? throw repository.WrongLength(digest, size, length) : 0;
    }

    private async Task Skip(Stream body, long bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (bytes > 0)
            {
                _patience.Arm();
                var read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes)), _patience.Token);
                bytes -= read > 0 ? read : throw new IOException("the connection ended too early");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task Break(Exception cause)
    {
        _patience.Disarm();
        _response?.Dispose();
        (_response, _body) = (null, null);
        var fault = RegistryFaults.Unreachable(client.Host, $"the blob {digest} of {repository.Name}", cause, _patience.IsOver);
        if (_patience.IsOver)
        {
            _patience.Renew();
        }

        _failures = _position - _lastFailure >= Progress ? 1 : _failures + 1;
        _lastFailure = _position;
        if (_position == size)
        {
            // All of it came; that nothing follows cannot be told any more.
            _ended = true;
            return;
        }

        await client.Retries.Wait(_failures, new TransientException(fault, cause: cause), cancellation);
    }
}
