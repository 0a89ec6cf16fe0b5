using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Registry;

/// <content>What else a repository has: its tags, and what refers to a manifest.</content>
internal sealed partial class RegistryRepository
{
    private const int TagsAPage = 1000;

    /// <summary>All tags, in ordinal order; none where the repository is not there.</summary>
    /// <exception cref="BundleException">The registry fails, or its list has no end.</exception>
    public async Task<IReadOnlyList<string>> Tags(CancellationToken cancellation)
    {
        var tags = new SortedSet<string>(StringComparer.Ordinal);
        await Pages(Path($"tags/list?n={TagsAPage}"), $"the tags of {name}", Read, cancellation);
        return [.. tags];

        bool Read(JsonElement root)
        {
            var before = tags.Count;
            if (root.TryGetProperty("tags", out var list) && list.ValueKind != JsonValueKind.Null)
            {
                foreach (var element in list.EnumerateArray())
                {
                    var tag = element.GetString() ?? "";
                    tags.Add(ImageName.IsTag(tag) ? tag : throw RegistryFaults.Protocol(client.Host, $"lists '{RegistryFaults.Plain(tag)}' as a tag of {name}").ToException());
                }
            }

            return Grown(before, tags.Count, $"the tags of {name}");
        }
    }

    /// <summary>
    /// What refers to a manifest by <c>subject</c>: by the referrers API, or from the list under the fallback tag
    /// where the registry has no such API (distribution-spec, listing referrers).
    /// </summary>
    public async Task<IReadOnlyList<Descriptor>> Referrers(Digest subject, CancellationToken cancellation) =>
        await ReferrersByApi(subject, cancellation) ?? (await GetManifest(FallbackTag(subject), cancellation))?.Manifest.Manifests ?? [];

    /// <summary>Which of some manifests whoever pushes has to put on the list of what refers to another one: none where the registry lists them itself.</summary>
    public async Task<IReadOnlyList<Digest>> UnlistedReferrers(Digest subject, IReadOnlyList<Digest> referrers, CancellationToken cancellation)
    {
        if (await ReferrersByApi(subject, cancellation) is not null)
        {
            return [];
        }

        var listed = (await GetManifest(FallbackTag(subject), cancellation))?.Manifest.Manifests?.Select(one => one.Digest).ToHashSet() ?? [];
        return [.. referrers.Where(one => !listed.Contains(one))];
    }

    /// <summary>Puts manifests on the list under the fallback tag (distribution-spec, pushing manifests with subject).</summary>
    /// <param name="referrers">Manifests that the repository has, and the list does not.</param>
    /// <exception cref="BundleException">The registry fails or denies, or the tag stands for something else.</exception>
    public async Task ListReferrers(Digest subject, IReadOnlyList<byte[]> referrers, CancellationToken cancellation)
    {
        var tag = FallbackTag(subject);
        var existing = await GetManifest(tag, cancellation);
        if (existing is not null && existing.Manifest.MediaType != MediaTypes.OciIndex)
        {
            throw new Fault(FaultId.RegistryError, $"{FullName}:{tag} should list what refers to {subject}, and is an image there")
            {
                Entry = $"{FullName}:{tag}",
                Digest = subject,
                Hint = "remove that tag, or give its image another one",
            }.ToException();
        }

        byte[] bytes;
        try
        {
            bytes = ReferrersList.With(existing?.Bytes, referrers);
        }
        catch (InvalidOperationException e)
        {
            // Text of half a character, which JSON lets pass.
            throw new Fault(FaultId.SourceInvalid, $"what refers to {subject} has an artifact type or an annotation that is no text") { Digest = subject, Hint = "push it anew with a current tool" }.ToException(e);
        }

        await PutManifest(tag, Digest.Of(bytes), MediaTypes.OciIndex, bytes, cancellation);
    }

    private async Task<IReadOnlyList<Descriptor>?> ReferrersByApi(Digest subject, CancellationToken cancellation)
    {
        var found = new Dictionary<Digest, Descriptor>();
        var known = await Pages(Path($"referrers/{subject}"), $"the referrers of {subject} in {name}", Read, cancellation);
        return known ? [.. found.Values.OrderBy(one => one.Digest)] : null;

        bool Read(JsonElement root)
        {
            var before = found.Count;
            foreach (var descriptor in Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(root.GetRawText())).Manifests ?? [])
            {
                found.TryAdd(descriptor.Digest, descriptor);
            }

            return Grown(before, found.Count, $"the referrers of {subject} in {name}");
        }
    }

    private static string FallbackTag(Digest digest) => RegistryNames.FallbackTag(digest);

    // False where there is no such list. Each page has to bring something new, so the sum of them is bounded.
    private async Task<bool> Pages(Uri first, string what, Func<JsonElement, bool> read, CancellationToken cancellation)
    {
        Uri? next = first;
        for (var pages = 0; next is not null; pages++)
        {
            var request = new RegistryRequest(HttpMethod.Get, next, _pull, what) { Expected = [HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotImplemented] };
            (var body, next) = await client.Send(
                request,
                async (response, patience) =>
                {
                    using (response)
                    {
                        return response.IsSuccessStatusCode ? (await Body.Read(response, Limits.RegistryPage, patience.Token), Next(response)) : (null, null);
                    }
                },
                cancellation);
            if (body is null)
            {
                return pages > 0;
            }

            if ((!Parsed(body, what, read) || pages == Limits.RegistryPages - 1) && next is not null)
            {
                throw RegistryFaults.Protocol(client.Host, $"lists {what} without end").ToException();
            }
        }

        return true;
    }

    // Whether a page brought something new.
    private bool Grown(int before, int after, string what) => after <= Limits.Count ? after > before
        : throw RegistryFaults.Protocol(client.Host, $"lists {what} without end, more than {Limits.Count}").ToException();

    private bool Parsed(byte[] body, string what, Func<JsonElement, bool> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth });
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw RegistryFaults.Protocol(client.Host, $"lists {what} in a form that is not understood").ToException(e);
        }
    }

    // RFC 8288; the next page is the same registry's, whatever host the link names.
    private Uri? Next(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var values) || LinkGrammar().Match(string.Join(',', values)) is not { Success: true } match)
        {
            return null;
        }

        var requested = response.RequestMessage!.RequestUri!;
        var next = client.Location(match.Groups["next"].Value, requested);
        return next.Authority == requested.Authority ? next : throw RegistryFaults.Protocol(client.Host, $"continues a list on another host, {next.Authority}").ToException();
    }

    [GeneratedRegex("<(?<next>[^<>]{1,4096})>[^,<>]{0,200}rel=\"?next\"?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex LinkGrammar();
}
