namespace Bundle;

/// <summary>Every limit that input meets, in one place (spec section 8).</summary>
public static class Limits
{
    /// <summary>The content of a frame, at most (spec FRAME-2).</summary>
    public const int Frame = 2 * 1024 * 1024;

    /// <summary>Entries of this size or more have frames of their own (spec FRAME-3).</summary>
    public const int Large = 64 * 1024;

    /// <summary>The length of a checksummed range of the package (spec RANGE-1).</summary>
    public const int Range = 64 * 1024;

    /// <summary>bundle.json, at most.</summary>
    public const int Index = 64 * 1024 * 1024;

    /// <summary>A manifest, at most.</summary>
    public const int Manifest = 4 * 1024 * 1024;

    /// <summary>A signature, at most (spec IDX-11).</summary>
    public const int Signature = Large - 1;

    /// <summary>Signatures of bundle.json, at most (spec SIG-1).</summary>
    public const int BundleSignatures = 8;

    /// <summary>A signature of bundle.json, at most (spec SIG-1): a block of the stream.</summary>
    public const int BundleSignature = 512;

    /// <summary>Nested JSON values, at most.</summary>
    public const int JsonDepth = 32;

    /// <summary>Blobs, images, files, or tags of an image, at most.</summary>
    public const int Count = 1_048_576;

    /// <summary>The characters of all names in an archive of images together, at most.</summary>
    public const int ArchiveNames = 128 * 1024 * 1024;

    /// <summary>What every archive of images may become when it is decompressed, in bytes.</summary>
    public const long Unpacked = 1024L * 1024 * 1024;

    /// <summary>How many times its size a larger one may become.</summary>
    public const int UnpackedRatio = 100;

    /// <summary>The dictionary of an xz archive, at most: twice what <c>xz -9</c> takes, and as much as zstd's largest window.</summary>
    public const int XzDictionary = 128 * 1024 * 1024;

    /// <summary>Links of all repositories together, at most: each is an entry of 1 KiB in the stream, yet a small index can ask for billions.</summary>
    public const int Links = 4 * Count;

    /// <summary>Frames, at most (the zstd seekable format).</summary>
    public const int Frames = 0x8000000 - 1;

    /// <summary>Parts of a split package, at most (spec PART-1).</summary>
    public const int Parts = 999;

    /// <summary>The list of a split package's parts, at most.</summary>
    public const int PartsList = 256 * 1024;

    /// <summary>How deep manifests nest (spec IDX-15).</summary>
    public const int ManifestDepth = 4;

    /// <summary>A page of a registry's list of tags or referrers, at most.</summary>
    public const int RegistryPage = Manifest;

    /// <summary>Pages of such a list, at most.</summary>
    public const int RegistryPages = 10_000;

    /// <summary>A registry's error message, at most.</summary>
    public const int RegistryError = 64 * 1024;

    /// <summary>A token server's answer, at most.</summary>
    public const int RegistryToken = 1024 * 1024;
}
