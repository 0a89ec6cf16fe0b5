using System.Text.Json;
using Bundle.Model;
using Bundle.Reading;
using Bundle.Serve.Catalogue;
using Bundle.Serve.Http;
using Microsoft.AspNetCore.Http;

namespace Bundle.Serve.Registry;

/// <summary>Lists what refers to a manifest: an index, empty where nothing does (distribution-spec, listing referrers).</summary>
internal sealed class ReferrersApi(PackageReader reader)
{
    private readonly Referrers _referrers = new(reader);

    /// <summary>Answers a request.</summary>
    /// <exception cref="Faults.BundleException">A manifest is damaged.</exception>
    public Task Answer(HttpContext context, Repository repository, Digest subject)
    {
        var filter = context.Request.Query.TryGetValue("artifactType", out var type) ? type.ToString() : null;
        var wanted = _referrers.Of(repository, subject).AsEnumerable();
        if (context.Request.Query.TryGetValue("last", out var text) && Digest.TryParse(text.ToString(), out var last))
        {
            wanted = wanted.SkipWhile(blob => reader.Index.Blobs[blob].Digest <= last);
        }

        if (filter is not null)
        {
            context.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        }

        return Answers.SendObject(context, StatusCodes.Status200OK, MediaTypes.OciIndex, json =>
        {
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", MediaTypes.OciIndex);
            json.WriteStartArray("manifests");
            Digest? written = null;
            foreach (var blob in wanted)
            {
                if (_referrers.Describe(blob) is not { } details || (filter is not null && details.ArtifactType != filter))
                {
                    continue;
                }

                if (written is not null && json.BytesCommitted + json.BytesPending + Length(blob, details) > ServeLimits.ReferrersPage)
                {
                    context.Response.Headers.Link = NextPage(context, written.Value, filter);
                    break;
                }

                Write(json, blob, details);
                written = reader.Index.Blobs[blob].Digest;
            }

            json.WriteEndArray();
        });
    }

    // At most: the names and numbers of a descriptor and the end of the page, and texts of which each character may be escaped.
    private long Length(int blob, ReferrerDetails details) =>
        300 + (6L * (reader.Index.Blobs[blob].MediaType.Length + (details.ArtifactType?.Length ?? 0))) + (details.Annotations?.Length ?? 0);

    private void Write(Utf8JsonWriter json, int blob, ReferrerDetails details)
    {
        var (digest, size, type) = (reader.Index.Blobs[blob].Digest, reader.Index.Blobs[blob].Size, reader.Index.Blobs[blob].MediaType);
        json.WriteStartObject();
        json.WriteString("mediaType", type);
        json.WriteString("digest", digest.ToString());
        json.WriteNumber("size", size);
        if (details.ArtifactType is { } artifact)
        {
            json.WriteString("artifactType", artifact);
        }

        if (details.Annotations is { } annotations)
        {
            json.WritePropertyName("annotations");
            json.WriteRawValue(annotations);
        }

        json.WriteEndObject();
    }

    private static string NextPage(HttpContext context, Digest last, string? filter) =>
        $"<{context.Request.Path.ToUriComponent()}?last={last}{(filter is null ? "" : "&artifactType=" + Uri.EscapeDataString(filter))}>; rel=\"next\"";
}
