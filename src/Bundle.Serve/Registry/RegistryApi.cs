using Bundle.Model;
using Bundle.Reading;
using Bundle.Serve.Catalogue;
using Bundle.Serve.Http;
using Microsoft.AspNetCore.Http;

namespace Bundle.Serve.Registry;

/// <summary>
/// The pull and discovery parts of the registry API (distribution-spec) on a package. Manifests and blobs are sent as they are
/// stored, whatever a client says that it accepts: another form would have another digest.
/// </summary>
internal sealed class RegistryApi(PackageReader reader, ContentSender sender)
{
    private const int UsualCataloguePage = 100;

    private readonly RepositoryCatalogue _catalogue = new(reader.Index);
    private readonly ReferrersApi _referrers = new(reader);

    /// <summary>Answers a GET or HEAD below <c>/v2/</c>.</summary>
    /// <exception cref="Faults.BundleException">The package is damaged.</exception>
    public Task Answer(HttpContext context)
    {
        context.Response.Headers["Docker-Distribution-API-Version"] = "registry/2.0";
        var route = ApiRoute.Parse(context.Request.Path.Value!);
        switch (route.Kind)
        {
            case ApiKind.Base:
                return Answers.SendObject(context, StatusCodes.Status200OK, Answers.Json, _ => { });
            case ApiKind.Catalogue:
                return AnswerNames(context, "/v2/_catalog", _catalogue.Names, UsualCataloguePage, ServeLimits.CataloguePage, null);
            case ApiKind.Unknown:
                return Answers.SendError(context, RegistryError.NotFound, "the registry API has nothing at this path");
        }

        if (ImageName.TryParse("host.invalid/" + route.Name) is null)
        {
            return Answers.SendError(context, RegistryError.NameInvalid, "the repository's name breaks the grammar");
        }

        var host = context.Request.Query.TryGetValue("ns", out var ns) && ns.Count == 1 ? ns.ToString() : null;
        if (_catalogue.Find(route.Name, host) is not { } repository)
        {
            return Answers.SendError(context, RegistryError.NameUnknown, $"the package has no repository {route.Name}" + (host is null ? "" : " of the host asked for"));
        }

        if (route.Kind == ApiKind.Tags)
        {
            return AnswerNames(context, $"/v2/{route.Name}/tags/list", repository.Tags, ServeLimits.TagPage, ServeLimits.TagPage, route.Name);
        }

        var isDigest = Digest.TryParse(route.Reference, out var digest);
        if (!isDigest && (route.Kind != ApiKind.Manifest || route.Reference.Contains(':', StringComparison.Ordinal)))
        {
            return Answers.SendError(context, RegistryError.DigestInvalid, "a digest is sha256: and 64 lower-case hexadecimal digits");
        }

        return route.Kind switch
        {
            ApiKind.Manifest => AnswerManifest(context, repository, isDigest ? reader.Index.Position(digest) : repository.Tagged(route.Reference), route.Reference),
            ApiKind.Blob => AnswerBlob(context, repository, digest),
            _ => _referrers.Answer(context, repository, digest),
        };
    }

    private Task AnswerManifest(HttpContext context, Repository repository, int? blob, string reference)
    {
        if (blob is not { } position || !repository.HasManifest(position) || reader.EntryOf(position) is null)
        {
            return Answers.SendError(context, RegistryError.ManifestUnknown, $"{repository.Name} has no manifest {reference}");
        }

        var (digest, size, type) = (reader.Index.Blobs[position].Digest, reader.Index.Blobs[position].Size, reader.Index.Blobs[position].MediaType);
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        context.Response.Headers.ETag = EntityTag.Of(digest);
        if (EntityTag.IsKnown(context.Request, digest))
        {
            return Answers.SendNotModified(context);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.ContentType = type;
            context.Response.ContentLength = size;
            return Task.CompletedTask;
        }

        return Answers.Send(context, StatusCodes.Status200OK, type, reader.ReadBlob(position));
    }

    private Task AnswerBlob(HttpContext context, Repository repository, Digest digest)
    {
        if (reader.Index.Position(digest) is not { } position || !repository.HasPart(position) || reader.EntryOf(position) is not { } entry)
        {
            return Answers.SendError(context, RegistryError.BlobUnknown, $"{repository.Name} has no blob {digest}");
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        return sender.Send(context, entry, digest);
    }

    private static Task AnswerNames(HttpContext context, string path, IReadOnlyList<string> all, int otherwise, int most, string? name)
    {
        if (NamePage.Of(context.Request, all, otherwise, most) is not { } page)
        {
            return Answers.SendError(context, RegistryError.PageInvalid, "n is a whole number");
        }

        page.Link(context, path);
        return Answers.SendObject(context, StatusCodes.Status200OK, Answers.Json, json =>
        {
            if (name is not null)
            {
                json.WriteString("name", name);
            }

            json.WriteStartArray(name is null ? "repositories" : "tags");
            foreach (var one in page.Names)
            {
                json.WriteStringValue(one);
            }

            json.WriteEndArray();
        });
    }
}
