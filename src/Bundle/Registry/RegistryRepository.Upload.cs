using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Registry;

/// <summary>How a blob came to be in a repository.</summary>
internal enum BlobPush
{
    /// <summary>It was linked from another repository of the registry.</summary>
    Mounted,

    /// <summary>It was sent.</summary>
    Uploaded,
}

/// <content>Writing blobs and manifests (distribution-spec, push).</content>
internal sealed partial class RegistryRepository
{
    /// <summary>The pieces that a blob is cut into where a registry takes none whole.</summary>
    internal const int Chunk = 16 * 1024 * 1024;

    // What registries, and proxies before them, answer to a body that they do not take in one piece.
    private static readonly HttpStatusCode[] NotWhole =
        [HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.MethodNotAllowed, HttpStatusCode.LengthRequired, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.NotImplemented];

    // A session that was lost: by another instance of the registry, or by a break in the middle.
    private static readonly HttpStatusCode[] SessionLost = [HttpStatusCode.NotFound, HttpStatusCode.RequestedRangeNotSatisfiable];

    // Harbor says 412, others 409; some say 400, which means other things too.
    private static readonly HttpStatusCode[] Immutable = [HttpStatusCode.PreconditionFailed, HttpStatusCode.Conflict];

    private readonly RegistryScope _push = RegistryScope.Push(name);

    /// <summary>Brings a blob into the repository, which need not be asked for it before.</summary>
    /// <param name="open">Opens the content anew, for each attempt; the registry checks its digest.</param>
    /// <param name="mountFrom">A repository of the same registry that has the blob; null where none is known.</param>
    /// <param name="sent">Hears of bytes as they are sent; of less than none where an attempt was in vain.</param>
    /// <exception cref="BundleException">The registry fails or denies.</exception>
    public async Task<BlobPush> PushBlob(Digest digest, long size, Func<Stream> open, string? mountFrom, Action<long>? sent, CancellationToken cancellation)
    {
        var session = mountFrom is null ? null : await Mount(digest, mountFrom, cancellation);
        if (session is { Target: null })
        {
            return BlobPush.Mounted;
        }

        var whole = true;
        for (var failures = 0; ;)
        {
            var target = session?.Target ?? await Begin(cancellation);
            session = null;
            var upload = new BlobUpload(client, name, _push, digest, size, open, sent);
            try
            {
                var (status, fault) = whole ? await upload.Whole(target, [.. NotWhole, .. SessionLost], cancellation) : await upload.Chunks(target, SessionLost, cancellation);
                if (fault is null)
                {
                    return BlobPush.Uploaded;
                }

                upload.TakeBack();
                whole &= !NotWhole.Contains(status);
                if (SessionLost.Contains(status))
                {
                    throw new TransientException(fault);
                }
            }
            catch (TransientException e)
            {
                upload.TakeBack();

                // What the session got so far is unknown: the next attempt has one of its own.
                await client.Retries.Wait(++failures, e, cancellation);
            }
        }
    }

    /// <summary>Puts a manifest under its digest alone.</summary>
    public Task PutManifest(Digest digest, string mediaType, ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        PutManifest(digest.ToString(), digest, mediaType, bytes, cancellation);

    /// <summary>Puts a manifest under a tag. A tag that cannot be changed is no error where it stands for this manifest already.</summary>
    /// <exception cref="BundleException">The registry fails or denies, or the tag stands for another manifest, for good.</exception>
    public async Task PutManifest(string tag, Digest digest, string mediaType, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var request = new RegistryRequest(HttpMethod.Put, Path($"manifests/{tag}"), _push, $"to put the manifest {tag} of {name}")
        {
            Expected = [.. Immutable, HttpStatusCode.BadRequest],
            Content = _ => new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
        };
        var (status, fault, stored) = await client.Send(
            request,
            async (response, patience) =>
            {
                using (response)
                {
                    return response.IsSuccessStatusCode ? (response.StatusCode, null, DigestHeader(response))
                        : (response.StatusCode, await client.Refusal(request, response, patience), (Digest?)null);
                }
            },
            cancellation);
        if (fault is not null && await ManifestDigest(tag, cancellation) is var there && there != digest)
        {
            throw (!Immutable.Contains(status) || there is null ? fault : fault with
            {
                Id = FaultId.TagImmutable,
                Digest = digest,
                Hint = $"{FullName}:{tag} is {there} there and may not change: give the image another tag, or the registry another rule",
            }).ToException();
        }

        if (stored is { } other && other != digest)
        {
            throw RegistryFaults.WrongBytes(client.Host, $"{other} as the digest of the manifest {digest} that it was given for {name}", digest).ToException();
        }
    }

    private Task<UploadSession> Mount(Digest digest, string from, CancellationToken cancellation)
    {
        var request = new RegistryRequest(
            HttpMethod.Post, Path($"blobs/uploads/?mount={Uri.EscapeDataString(digest.ToString())}&from={Uri.EscapeDataString(from)}"), RegistryScope.Push(name, from), $"to mount {digest} from {from} in {name}")
        {
            // Denied, or unknown there: then it is sent, and that tells what is really wrong, if anything.
            Expected = [HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed],
            Content = _ => new ByteArrayContent([]),
        };
        return client.Send(
            request,
            async (response, _) =>
            {
                using (response)
                {
                    return response.StatusCode == HttpStatusCode.Created ? new UploadSession(null)
                        : response.StatusCode == HttpStatusCode.Accepted ? new UploadSession(client.Location(response, response.RequestMessage!.RequestUri!))
                        : new UploadSession(await Begin(cancellation));
                }
            },
            cancellation);
    }

    private Task<Uri> Begin(CancellationToken cancellation)
    {
        var request = new RegistryRequest(HttpMethod.Post, Path("blobs/uploads/"), _push, $"to begin an upload to {name}") { Content = _ => new ByteArrayContent([]) };
        return client.Send(
            request,
            (response, _) =>
            {
                using (response)
                {
                    return Task.FromResult(client.Location(response, response.RequestMessage!.RequestUri!));
                }
            },
            cancellation);
    }

    // Null where the blob is there already, by a mount.
    private sealed record UploadSession(Uri? Target);
}
