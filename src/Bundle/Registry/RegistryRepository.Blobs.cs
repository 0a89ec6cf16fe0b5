using System.Net;
using System.Net.Http.Headers;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Registry;

/// <content>Reading blobs.</content>
internal sealed partial class RegistryRepository
{
    /// <summary>Whether a blob is there.</summary>
    /// <param name="size">Its length in bytes, by whoever names it; a registry that says another one is refused.</param>
    /// <exception cref="BundleException">The registry fails, or the blob there is of another length.</exception>
    public async Task<bool> HasBlob(Digest digest, long size, CancellationToken cancellation)
    {
        var (found, length) = await client.Send(
            BlobRequest(HttpMethod.Head, digest, [HttpStatusCode.NotFound]),
            (response, _) =>
            {
                using (response)
                {
                    return Task.FromResult((response.StatusCode != HttpStatusCode.NotFound, response.Content.Headers.ContentLength));
                }
            },
            cancellation);
        return found && (length is null || length == size ? true : throw WrongLength(digest, size, length.Value));
    }

    /// <summary>
    /// Opens a blob as a stream that goes on by itself where a connection breaks, and that ends with an exception where the blob is
    /// of another length. It is not hashed: whoever reads it does that.
    /// </summary>
    public Stream OpenBlob(Digest digest, long size, CancellationToken cancellation) => new BlobDownload(client, this, digest, size, cancellation);

    /// <summary>Reads a small blob whole, and checks its digest.</summary>
    /// <exception cref="BundleException">The registry fails, or it sends other bytes.</exception>
    public async Task<byte[]> ReadBlob(Digest digest, long size, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Limits.Manifest);
        var bytes = new byte[size];
        await using var stream = OpenBlob(digest, size, cancellation);
        await stream.ReadExactlyAsync(bytes, cancellation);
        return Digest.Of(bytes) == digest ? bytes
            : throw RegistryFaults.WrongBytes(client.Host, $"{Digest.Of(bytes)} for the blob {digest} of {name}", digest).ToException();
    }

    /// <summary>Asks for a blob's bytes from an offset on; the answer may be the whole blob (RFC 9110 section 14.2).</summary>
    internal Task<HttpResponseMessage> GetBlob(Digest digest, long offset, CancellationToken cancellation)
    {
        var request = BlobRequest(HttpMethod.Get, digest, []) with
        {
            Prepare = message => message.Headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null,
        };
        return client.Send(request, (response, _) => Task.FromResult(response), cancellation);
    }

    /// <summary>A blob whose length is not what a manifest says.</summary>
    internal BundleException WrongLength(Digest digest, long expected, long actual) =>
        RegistryFaults.WrongBytes(client.Host, $"{actual} bytes for the blob {digest} of {name}, which has {expected} by its manifest", digest).ToException();

    private RegistryRequest BlobRequest(HttpMethod method, Digest digest, HttpStatusCode[] expected) =>
        new(method, Path($"blobs/{digest}"), _pull, $"the blob {digest} of {name}") { Expected = expected };
}
