namespace Bundle.Serve.Registry;

/// <summary>What a path below <c>/v2/</c> is about.</summary>
internal enum ApiKind
{
    /// <summary>Nothing that the API knows.</summary>
    Unknown,

    /// <summary><c>/v2/</c>: whether this is a registry.</summary>
    Base,

    /// <summary><c>/v2/_catalog</c>.</summary>
    Catalogue,

    /// <summary><c>/v2/NAME/tags/list</c>.</summary>
    Tags,

    /// <summary><c>/v2/NAME/manifests/REFERENCE</c>.</summary>
    Manifest,

    /// <summary><c>/v2/NAME/blobs/DIGEST</c>.</summary>
    Blob,

    /// <summary><c>/v2/NAME/referrers/DIGEST</c>.</summary>
    Referrers,
}

/// <summary>A path of the registry API, taken apart from its end: a repository may be called <c>a/blobs</c>.</summary>
internal readonly record struct ApiRoute(ApiKind Kind, string Name, string Reference)
{
    private const string Root = "/v2/";

    /// <summary>Whether a path is one of the API's.</summary>
    public static bool IsApi(string path) => path == "/v2" || path.StartsWith(Root, StringComparison.Ordinal);

    /// <summary>Takes a path of the API apart; name and reference are not checked yet.</summary>
    public static ApiRoute Parse(string path)
    {
        var rest = path.Length <= Root.Length ? "" : path[Root.Length..];
        if (rest.Length == 0 || rest == "_catalog")
        {
            return new ApiRoute(rest.Length == 0 ? ApiKind.Base : ApiKind.Catalogue, "", "");
        }

        var last = rest.LastIndexOf('/');
        var before = last <= 0 ? -1 : rest.LastIndexOf('/', last - 1);
        if (before < 0)
        {
            return default;
        }

        var (name, word, reference) = (rest[..before], rest[(before + 1)..last], rest[(last + 1)..]);
        return word switch
        {
            "manifests" => new ApiRoute(ApiKind.Manifest, name, reference),
            "blobs" => new ApiRoute(ApiKind.Blob, name, reference),
            "referrers" => new ApiRoute(ApiKind.Referrers, name, reference),
            "tags" when reference == "list" => new ApiRoute(ApiKind.Tags, name, reference),
            _ => default,
        };
    }
}
