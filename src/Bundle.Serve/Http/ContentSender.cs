using Bundle.Faults;
using Bundle.Model;
using Bundle.Reading;
using Microsoft.AspNetCore.Http;

namespace Bundle.Serve.Http;

/// <summary>Sends the data of entries of the package, whole or a range of it.</summary>
internal sealed class ContentSender(PackageReader reader) : IDisposable
{
    // Each of them holds a frame of 2 MiB; who comes later waits for its turn.
    private const int AtOnce = 64;
    private const int Piece = 64 * 1024;

    private readonly SemaphoreSlim _turns = new(AtOnce);

    /// <summary>Sends an entry's data. The content headers are set by the caller, but for length and range.</summary>
    /// <exception cref="BundleException">It is damaged. Where some of it was sent already, the caller breaks the connection off.</exception>
    public async Task Send(HttpContext context, int entry, Digest digest)
    {
        var size = reader.Layout.Entries[entry].Size;
        var response = context.Response;
        response.Headers.ETag = EntityTag.Of(digest);
        response.Headers.AcceptRanges = "bytes";

        // What a digest names never changes.
        response.Headers.CacheControl = "max-age=31536000, immutable";
        if (EntityTag.IsKnown(context.Request, digest))
        {
            await Answers.SendNotModified(context);
            return;
        }

        var answer = RangeHeader.Read(EntityTag.RangeOf(context.Request, digest), size, out var offset, out var length);
        if (answer == RangeAnswer.NotSatisfiable)
        {
            response.Headers.ContentRange = $"bytes */{size}";
            response.Headers.CacheControl = default;
            await Answers.SendError(context, RegistryError.RangeInvalid, $"the content has {size} bytes");
            return;
        }

        if (answer == RangeAnswer.Part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {offset}-{offset + length - 1}/{size}";
        }

        response.ContentLength = length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await Copy(context, entry, offset, length);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    private async Task Copy(HttpContext context, int entry, long offset, long length)
    {
        await _turns.WaitAsync(context.RequestAborted);
        try
        {
            await using var content = reader.OpenEntry(entry, offset, length);
            var body = context.Response.BodyWriter;
            while (content.Read(body.GetSpan(Piece)) is > 0 and var read)
            {
                body.Advance(read);
                if ((await body.FlushAsync(context.RequestAborted)).IsCompleted)
                {
                    return;
                }
            }
        }
        finally
        {
            _turns.Release();
        }
    }
}
