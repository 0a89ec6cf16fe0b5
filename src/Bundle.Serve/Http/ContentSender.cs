using Bundle.Faults;
using Bundle.Model;
using Bundle.Reading;
using Microsoft.AspNetCore.Http;

namespace Bundle.Serve.Http;

/// <summary>Sends the data of entries of the package, whole or a range of it.</summary>
internal sealed class ContentSender(PackageReader reader) : IDisposable
{
    // Each of them holds a frame of 2 MiB; who comes later waits for its turn. Nobody keeps one for long: not beyond a frame, and not while the client takes nothing.
    private const int AtOnce = 64;
    private const int Piece = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

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
        var (body, cancellation) = (context.Response.BodyWriter, context.RequestAborted);
        await _turns.WaitAsync(cancellation);
        var hasTurn = true;
        Stream? content = null;
        try
        {
            content = reader.OpenEntry(entry, offset, length);
            for (var end = offset + length; offset < end;)
            {
                if (!hasTurn)
                {
                    await _turns.WaitAsync(cancellation);
                    hasTurn = true;
                }

                var read = content!.Read(body.GetSpan(Piece));
                body.Advance(read);
                offset += read;
                if (offset == end)
                {
                    await content.DisposeAsync();
                    content = null;
                }

                var flush = body.FlushAsync(cancellation).AsTask();
                if (content is null || offset % Limits.Frame == 0 || !await EndsSoon(flush))
                {
                    (content as IRestingStream)?.Rest();
                    hasTurn = false;
                    _turns.Release();
                }

                if ((await flush).IsCompleted)
                {
                    return;
                }
            }
        }
        finally
        {
            if (content is not null)
            {
                await content.DisposeAsync();
            }

            if (hasTurn)
            {
                _turns.Release();
            }
        }
    }

    private static async Task<bool> EndsSoon(Task task)
    {
        await task.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }
}
