namespace Bundle.Serve.Http;

/// <summary>An error of the distribution-spec (section "Error codes"), with the status that goes with it.</summary>
internal sealed record RegistryError(string Code, int Status)
{
    /// <summary>The repository is not there.</summary>
    public static readonly RegistryError NameUnknown = new("NAME_UNKNOWN", 404);

    /// <summary>The repository's name breaks the grammar.</summary>
    public static readonly RegistryError NameInvalid = new("NAME_INVALID", 400);

    /// <summary>The manifest is not in the repository.</summary>
    public static readonly RegistryError ManifestUnknown = new("MANIFEST_UNKNOWN", 404);

    /// <summary>The blob is not in the repository.</summary>
    public static readonly RegistryError BlobUnknown = new("BLOB_UNKNOWN", 404);

    /// <summary>The digest breaks the grammar.</summary>
    public static readonly RegistryError DigestInvalid = new("DIGEST_INVALID", 400);

    /// <summary>The number of entries asked for is none.</summary>
    public static readonly RegistryError PageInvalid = new("PAGINATION_NUMBER_INVALID", 400);

    /// <summary>The range is beyond the blob.</summary>
    public static readonly RegistryError RangeInvalid = new("RANGE_INVALID", 416);

    /// <summary>Nothing can be written here.</summary>
    public static readonly RegistryError Unsupported = new("UNSUPPORTED", 405);

    /// <summary>A name and a password are needed.</summary>
    public static readonly RegistryError Unauthorized = new("UNAUTHORIZED", 401);

    /// <summary>Too many at once.</summary>
    public static readonly RegistryError TooMany = new("TOOMANYREQUESTS", 429);

    /// <summary>There is nothing at this path.</summary>
    public static readonly RegistryError NotFound = new("UNKNOWN", 404);

    /// <summary>The package is damaged where it would have to be read, or cannot be read.</summary>
    public static readonly RegistryError Damaged = new("UNKNOWN", 500);
}
