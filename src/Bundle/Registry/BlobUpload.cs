using System.Net;
using System.Net.Http.Headers;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Registry;

/// <summary>What came of an attempt to send a blob.</summary>
/// <param name="Fault">Null where it is done.</param>
internal sealed record UploadStatus(HttpStatusCode Code, Fault? Fault);

/// <summary>Sends one blob through a session that the registry opened: whole, or in chunks where it takes none whole.</summary>
internal sealed class BlobUpload(RegistryClient client, string name, RegistryScope scope, Digest digest, long size, Func<Stream> open, Action<long>? sent)
{
    private readonly List<SentBytes> _sent = [];

    /// <summary>What was sent so far was in vain.</summary>
    public void TakeBack() => _sent.ForEach(piece => piece.TakeBack());

    /// <summary>One PUT with the whole body; its length is told, which every registry takes that takes it whole.</summary>
    public async Task<UploadStatus> Whole(Uri target, HttpStatusCode[] expected, CancellationToken cancellation)
    {
        var (status, _) = await Send(HttpMethod.Put, Final(target), 0, size, expected, cancellation);
        return status;
    }

    /// <summary>PATCH after PATCH, each at the newest Location, and a PUT that closes the session.</summary>
    public async Task<UploadStatus> Chunks(Uri target, HttpStatusCode[] expected, CancellationToken cancellation)
    {
        for (long at = 0; at < size; at += RegistryRepository.Chunk)
        {
            var (status, next) = await Send(HttpMethod.Patch, target, at, Math.Min(RegistryRepository.Chunk, size - at), expected, cancellation);
            if (status.Fault is not null)
            {
                return status;
            }

            target = next!;
        }

        var (last, _) = await Send(HttpMethod.Put, Final(target), 0, 0, expected, cancellation);
        return last;
    }

    // The query is the registry's own, and stays as it is.
    private Uri Final(Uri target) => new(
        target.OriginalString + (target.OriginalString.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "digest=" + Uri.EscapeDataString(digest.ToString()),
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private Task<(UploadStatus Status, Uri? Next)> Send(HttpMethod method, Uri target, long offset, long length, HttpStatusCode[] expected, CancellationToken cancellation)
    {
        SentBytes? piece = null;
        var request = new RegistryRequest(method, target, scope, $"to upload the blob {digest} to {name}")
        {
            Expected = expected,
            Once = true,
            // A refusal then comes before the body, not in the midst of it, where it would be lost.
            Prepare = message => message.Headers.ExpectContinue = length >= Limits.Large,
            Content = patience =>
            {
                // Asked for once more, as after a token that had expired.
                piece?.TakeBack();
                _sent.Add(piece = new SentBytes(sent));
                return Content(method, offset, length, patience, piece.Add);
            },
        };
        return client.Send(
            request,
            async (response, patience) =>
            {
                using (response)
                {
                    var fault = response.IsSuccessStatusCode ? null : await client.Refusal(request, response, patience);
                    return (new UploadStatus(response.StatusCode, fault), fault is null && method == HttpMethod.Patch ? client.Location(response, target) : null);
                }
            },
            cancellation);
    }

    private HttpContent Content(HttpMethod method, long offset, long length, Patience patience, Action<long> add)
    {
        HttpContent content = length == 0 ? new ByteArrayContent([]) : new UploadContent(open, offset, length, patience, add);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (method == HttpMethod.Patch)
        {
            // As the distribution-spec has it, without the unit that RFC 9110 wants.
            content.Headers.TryAddWithoutValidation("Content-Range", $"{offset}-{offset + length - 1}");
        }

        return content;
    }
}
