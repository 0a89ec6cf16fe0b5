using System.Runtime.InteropServices;

namespace Bundle.Format;

/// <summary>What an entry of the stream is (spec TAR-2).</summary>
public enum EntryKind
{
    /// <summary>bundle.json.</summary>
    Index,

    /// <summary>A signature of bundle.json.</summary>
    BundleSignature,

    /// <summary>oci-layout.</summary>
    OciLayout,

    /// <summary>index.json.</summary>
    OciIndex,

    /// <summary>manifest.json.</summary>
    DockerManifest,

    /// <summary>A blob.</summary>
    Blob,

    /// <summary>A blob's hard link in the registry layout.</summary>
    BlobLink,

    /// <summary>A signature.</summary>
    Signature,

    /// <summary>A link file of a repository.</summary>
    RepositoryLink,

    /// <summary>An extra file.</summary>
    File,
}

/// <summary>An entry of the stream.</summary>
/// <param name="Number">Which signature, blob, repository link or file; 0 for others.</param>
/// <param name="Size">The bytes of data.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PackageEntry(EntryKind Kind, int Number, long Size)
{
    /// <summary>Whether its data has frames of its own (spec FRAME-3).</summary>
    public bool IsLarge => Size >= Limits.Large;

    /// <summary>Whether its data is known from the head on: everything but blobs, their signatures and files.</summary>
    public bool IsDerived => Kind is not (EntryKind.Blob or EntryKind.Signature or EntryKind.File);
}

/// <summary>A frame's place in the stream (spec FRAME-3).</summary>
/// <param name="Offset">Of its content in the stream.</param>
/// <param name="Length">Of its content.</param>
/// <param name="FirstEntry">The first entry whose headers begin in it; of a large entry's data, that entry.</param>
/// <param name="EntryCount">How many entries have their headers in it; 0 for a large entry's data.</param>
/// <param name="DataOffset">Where in the large entry's data it begins; -1 for other frames.</param>
/// <param name="LeadingZeros">The padding of a large entry that it begins with.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PackageFrame(long Offset, int Length, int FirstEntry, int EntryCount, long DataOffset, int LeadingZeros)
{
    /// <summary>Whether it holds nothing but a piece of a large entry's data.</summary>
    public bool IsData => DataOffset >= 0;
}

/// <summary>What a piece of a frame's content is.</summary>
public enum SegmentKind
{
    /// <summary>Padding or the end of the archive.</summary>
    Zeros,

    /// <summary>An entry's headers.</summary>
    Header,

    /// <summary>A small entry's data, whole.</summary>
    Data,
}

/// <summary>A piece of a frame that holds several entries.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FrameSegment(SegmentKind Kind, int Entry, int Offset, int Length);
