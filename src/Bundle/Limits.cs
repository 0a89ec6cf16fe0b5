namespace Bundle;

/// <summary>
/// Every limit that input meets, in one place; spec section 8 lists them, and what is at one is taken, one past it refused. Sizes of buffers and of
/// what is shown stand where they are used: no input is refused for them.
/// </summary>
public static class Limits
{
    // The format: what each reader of packages has to hold (spec section 8, LIM-1, and the rules named here).

    /// <summary>The content of a frame, in bytes, at most (spec FRAME-2).</summary>
    public const int Frame = 2 * 1024 * 1024;

    /// <summary>Entries of so many bytes or more have frames of their own (spec FRAME-3).</summary>
    public const int Large = 64 * 1024;

    /// <summary>The length of a checksummed range of the package, in bytes (spec RANGE-1).</summary>
    public const int Range = 64 * 1024;

    /// <summary>bundle.json, in bytes, at most: it is in memory whole.</summary>
    public const int Index = 64 * 1024 * 1024;

    /// <summary>A manifest, in bytes, at most; as registries have it.</summary>
    public const int Manifest = 4 * 1024 * 1024;

    /// <summary>A signature of an image, in bytes, at most (spec IDX-11).</summary>
    public const int Signature = Large - 1;

    /// <summary>Signatures of bundle.json, at most (spec SIG-1).</summary>
    public const int BundleSignatures = 8;

    /// <summary>A signature of bundle.json, in bytes, at most (spec SIG-1): a block of the stream.</summary>
    public const int BundleSignature = 512;

    /// <summary>Nested JSON values, at most, in whatever JSON is read: parsers are recursive.</summary>
    public const int JsonDepth = 32;

    /// <summary>Blobs, images, files, or tags of an image, at most; the entries of an archive, the images of a list, the tags and manifests of a registry too.</summary>
    public const int Count = 1_048_576;

    /// <summary>Links of all repositories together, at most: each is an entry of 1 KiB in the stream, yet a small index can ask for billions.</summary>
    public const int Links = 4 * Count;

    /// <summary>Frames, at most (the zstd seekable format).</summary>
    public const int Frames = 0x8000000 - 1;

    /// <summary>Parts of a split package, at most (spec PART-1).</summary>
    public const int Parts = 999;

    /// <summary>The list of a split package's parts, in bytes, at most: 999 parts take 110,000.</summary>
    public const int PartsList = 256 * 1024;

    /// <summary>How deep manifests nest (spec IDX-15).</summary>
    public const int ManifestDepth = 4;

    // Packages: what this program refuses beyond that, as a hostile index of the size that is allowed could ask for it.

    /// <summary>Steps from manifest to manifest and blob of all walks over the images, at most: thousands of images can name the same thousands of blobs.</summary>
    public const int WalkSteps = 1 << 28;

    /// <summary>index.json or manifest.json as they follow from the index, in bytes, at most: a short tag becomes hundreds of bytes there.</summary>
    public const int DerivedDocument = 512 * 1024 * 1024;

    /// <summary>Compressed frames that an extraction from a pipe keeps until it is their turn, in bytes, at most: manifests, which stand first and are small.</summary>
    public const int HeldFrames = 256 * 1024 * 1024;

    // Sources of images: archives, lists, registries.

    /// <summary>The characters of all names in an archive of images together, at most: a few MiB of it can ask for a table of gigabytes.</summary>
    public const int ArchiveNames = 128 * 1024 * 1024;

    /// <summary>The characters of a name in an archive, or of a link's target, at most: the longest path of Linux.</summary>
    public const int ArchiveName = 4096;

    /// <summary>The extended header (pax) of an archive's entry, in bytes, at most: it is in memory whole.</summary>
    public const int ArchiveRecord = 1024 * 1024;

    /// <summary>Links in an archive that lead to one another, at most.</summary>
    public const int ArchiveLinks = 8;

    /// <summary>What every archive of images, or layer of one, may become when it is decompressed, in bytes.</summary>
    public const long Unpacked = 1024L * 1024 * 1024;

    /// <summary>How many times its size a larger one may become.</summary>
    public const int UnpackedRatio = 100;

    /// <summary>The dictionary of an xz archive, in bytes, at most: twice what <c>xz -9</c> takes, and as much as zstd's largest window.</summary>
    public const int XzDictionary = 128 * 1024 * 1024;

    /// <summary>A file of <c>skopeo sync --src yaml</c>, in bytes, at most: its parser takes many times as much.</summary>
    public const int SyncFile = 4 * 1024 * 1024;

    /// <summary>Nested values of such a file, at most: its parser is recursive.</summary>
    public const int SyncDepth = 16;

    /// <summary>A list of images (<c>--images-from</c>), in bytes, at most: it is in memory whole.</summary>
    public const int ImageList = 16 * 1024 * 1024;

    /// <summary>The manifests and configs of one repository of a registry together, in bytes, at most: they stay in memory until they are written.</summary>
    public const long RegistryHeld = 1024L * 1024 * 1024;

    // Keys.

    /// <summary>A key file, in bytes, at most.</summary>
    public const int KeyFile = 64 * 1024;

    /// <summary>A file that holds a password, in bytes, at most.</summary>
    public const int Password = 4096;

    /// <summary>The passes over the password of an encrypted PKCS#8 key, at most, a matter of seconds: openssl makes 2,048 unless told otherwise.</summary>
    public const int KeyPasses = 8_000_000;

    /// <summary>The memory that the scrypt of a key may take, in bytes: cosign writes keys that take 32 or 64 MiB.</summary>
    public const int ScryptMemory = 128 * 1024 * 1024;

    /// <summary>The passes of such a scrypt (its <c>p</c>), at most: cosign writes one, and each takes the time of all memory.</summary>
    public const int ScryptPasses = 4;

    // The network: registries, token servers, servers of files, and who gives credentials for them.

    /// <summary>A page of a registry's list of tags or referrers, in bytes, at most.</summary>
    public const int RegistryPage = Manifest;

    /// <summary>Pages of such a list, at most.</summary>
    public const int RegistryPages = 10_000;

    /// <summary>A registry's error message, in bytes, at most; of a longer one the status alone is told.</summary>
    public const int RegistryError = 64 * 1024;

    /// <summary>A token server's answer, in bytes, at most.</summary>
    public const int RegistryToken = 1024 * 1024;

    /// <summary>Redirects of one request to a registry, at most.</summary>
    public const int RegistryRedirects = 5;

    /// <summary>How often one request that is denied is sent again with a new proof of who asks.</summary>
    public const int RegistryDenials = 2;

    /// <summary>Redirects of one request for a file on a server, at most: chains of mirrors are longer than those of registries.</summary>
    public const int Redirects = 10;

    /// <summary>A file of credentials, in bytes, at most.</summary>
    public const int AuthFile = 1024 * 1024;

    /// <summary>A credential helper's answer, in characters, at most.</summary>
    public const int HelperAnswer = 64 * 1024;
}
