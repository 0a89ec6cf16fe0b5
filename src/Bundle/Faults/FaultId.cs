namespace Bundle.Faults;

/// <summary>What a fault means to whoever called: it decides the exit code.</summary>
public enum FaultClass
{
    /// <summary>The task could not be done: a source, a destination or the machine is at fault (exit code 1).</summary>
    Failed,

    /// <summary>The request itself is wrong (exit code 2).</summary>
    Usage,

    /// <summary>The package is damaged or not a valid bundle (exit code 3).</summary>
    Package,
}

/// <summary>A stable name of a kind of fault; scripts and tests rely on it, never on the message.</summary>
public readonly record struct FaultId(string Name, FaultClass Class)
{
    /// <summary>The input is not a bundle at all.</summary>
    public static readonly FaultId NotABundle = new("not-a-bundle", FaultClass.Package);

    /// <summary>The package ends too early.</summary>
    public static readonly FaultId Truncated = new("truncated", FaultClass.Package);

    /// <summary>Something follows the end of the package (spec PKG-1).</summary>
    public static readonly FaultId TrailingBytes = new("trailing-bytes", FaultClass.Package);

    /// <summary>A frame's structure or checksum is wrong (spec section 5).</summary>
    public static readonly FaultId FrameInvalid = new("frame-invalid", FaultClass.Package);

    /// <summary>A range of the package's bytes does not have its checksum (spec section 6).</summary>
    public static readonly FaultId RangeDamaged = new("range-damaged", FaultClass.Package);

    /// <summary>The range checksums are missing or malformed (spec section 6).</summary>
    public static readonly FaultId RangeTableInvalid = new("range-table-invalid", FaultClass.Package);

    /// <summary>The seek table is missing, malformed or untrue (spec section 7).</summary>
    public static readonly FaultId SeekTableInvalid = new("seek-table-invalid", FaultClass.Package);

    /// <summary>A tar header, padding or link file is not what the index demands (spec section 3).</summary>
    public static readonly FaultId StreamInvalid = new("stream-invalid", FaultClass.Package);

    /// <summary>bundle.json is malformed (spec section 4).</summary>
    public static readonly FaultId IndexInvalid = new("index-invalid", FaultClass.Package);

    /// <summary>The package is of a version that this program does not know (spec IDX-2).</summary>
    public static readonly FaultId VersionUnknown = new("version-unknown", FaultClass.Package);

    /// <summary>The package needs a feature that this program does not know (spec IDX-3).</summary>
    public static readonly FaultId FeatureUnknown = new("feature-unknown", FaultClass.Package);

    /// <summary>A blob's, signature's or file's bytes do not have its digest.</summary>
    public static readonly FaultId ContentDamaged = new("content-damaged", FaultClass.Package);

    /// <summary>A manifest of the package contradicts the index (spec MAN-1, MAN-2).</summary>
    public static readonly FaultId ManifestInvalid = new("manifest-invalid", FaultClass.Package);

    /// <summary>A limit of spec section 8 is exceeded.</summary>
    public static readonly FaultId LimitExceeded = new("limit-exceeded", FaultClass.Package);

    /// <summary>A part of a split package, or their list, is not there (spec section 11).</summary>
    public static readonly FaultId PartMissing = new("part-missing", FaultClass.Package);

    /// <summary>A part does not have its size or digest (spec PART-2, PART-4).</summary>
    public static readonly FaultId PartDamaged = new("part-damaged", FaultClass.Package);

    /// <summary>A part holds the bytes of another one (spec PART-4).</summary>
    public static readonly FaultId PartExchanged = new("part-exchanged", FaultClass.Package);

    /// <summary>The list of parts is malformed, or of another package (spec PART-2, PART-3, PART-4).</summary>
    public static readonly FaultId PartsListInvalid = new("parts-list-invalid", FaultClass.Package);

    /// <summary>The package is not signed, and a key was given.</summary>
    public static readonly FaultId SignatureMissing = new("signature-missing", FaultClass.Package);

    /// <summary>The signature of a key that was given does not hold.</summary>
    public static readonly FaultId SignatureInvalid = new("signature-invalid", FaultClass.Package);

    /// <summary>The package is signed, but by none of the keys that were given.</summary>
    public static readonly FaultId SignatureUntrusted = new("signature-untrusted", FaultClass.Package);

    /// <summary>A key file cannot be used, or its password is wrong or missing.</summary>
    public static readonly FaultId KeyInvalid = new("key-invalid", FaultClass.Failed);

    /// <summary>A source does not exist, or holds nothing to bundle.</summary>
    public static readonly FaultId SourceMissing = new("source-missing", FaultClass.Failed);

    /// <summary>A source holds something that cannot be bundled.</summary>
    public static readonly FaultId SourceInvalid = new("source-invalid", FaultClass.Failed);

    /// <summary>A manifest names a blob that its source does not have.</summary>
    public static readonly FaultId BlobMissing = new("blob-missing", FaultClass.Failed);

    /// <summary>An incremental package relies on a blob that is nowhere to be found.</summary>
    public static readonly FaultId BaseMissing = new("base-missing", FaultClass.Failed);

    /// <summary>A source's file does not have the digest or size that it claims.</summary>
    public static readonly FaultId BlobMismatch = new("blob-mismatch", FaultClass.Failed);

    /// <summary>A name is no valid image reference.</summary>
    public static readonly FaultId NameInvalid = new("name-invalid", FaultClass.Failed);

    /// <summary>Two images would take the same name with different digests.</summary>
    public static readonly FaultId NameConflict = new("name-conflict", FaultClass.Failed);

    /// <summary>A wanted image is not there.</summary>
    public static readonly FaultId ImageUnknown = new("image-unknown", FaultClass.Failed);

    /// <summary>The output exists already.</summary>
    public static readonly FaultId OutputExists = new("output-exists", FaultClass.Failed);

    /// <summary>There is not enough space for the result.</summary>
    public static readonly FaultId NoSpace = new("no-space", FaultClass.Failed);

    /// <summary>What is asked for is more than a package may hold, or than this program takes; no package is at fault.</summary>
    public static readonly FaultId TooMuch = new("too-much", FaultClass.Failed);

    /// <summary>The destination holds something that must not be followed or replaced.</summary>
    public static readonly FaultId DestinationUnsafe = new("destination-unsafe", FaultClass.Failed);

    /// <summary>A registry cannot be reached, or proves not to be the one that is meant.</summary>
    public static readonly FaultId RegistryUnreachable = new("registry-unreachable", FaultClass.Failed);

    /// <summary>A registry denies what is asked of it: credentials are missing, wrong, or do not suffice.</summary>
    public static readonly FaultId RegistryDenied = new("registry-denied", FaultClass.Failed);

    /// <summary>A registry refuses, fails, or breaks its protocol.</summary>
    public static readonly FaultId RegistryError = new("registry-error", FaultClass.Failed);

    /// <summary>A tag of a registry stands for another image, and cannot be changed.</summary>
    public static readonly FaultId TagImmutable = new("tag-immutable", FaultClass.Failed);

    /// <summary>A file of credentials or certificates cannot be used.</summary>
    public static readonly FaultId CredentialsInvalid = new("credentials-invalid", FaultClass.Failed);

    /// <summary>A server cannot be reached, refuses, or breaks the rules of HTTP.</summary>
    public static readonly FaultId Http = new("http", FaultClass.Failed);

    /// <summary>A package changed while it was read.</summary>
    public static readonly FaultId SourceChanged = new("source-changed", FaultClass.Failed);

    /// <summary>The copy to repair from is of another package.</summary>
    public static readonly FaultId OtherPackage = new("other-package", FaultClass.Failed);

    /// <summary>The operating system refused an operation.</summary>
    public static readonly FaultId Io = new("io", FaultClass.Failed);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
