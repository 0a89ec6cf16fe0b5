using System.Text;
using Bundle.Format;
using Bundle.Index;

namespace Bundle.Extract;

/// <summary>
/// Where everything stands in a docker archive, in the form of docker 25 and later: <c>manifest.json</c> and blobs by their digest, each
/// once, and an OCI layout of the same blobs, so that loaders which know one keep the manifests' digests.
/// </summary>
internal sealed class DockerArchivePlan
{
    private const int FileMode = 0x1A4; // 0644

    private readonly Dictionary<int, long> _offsets = [];
    private readonly List<(long Offset, byte[] Bytes)> _pieces = [];

    /// <param name="images">Images that are no lists.</param>
    public DockerArchivePlan(BundleIndex index, IReadOnlyList<IndexImage> images)
    {
        var shown = index with { Images = images };
        AddSmall("oci-layout", DerivedDocuments.OciLayout());
        AddSmall("index.json", DerivedDocuments.OciIndex(shown));
        AddSmall("manifest.json", DerivedDocuments.DockerManifest(shown));
        var reached = ImageClosure.Reach(index, images);
        for (var blob = 0; blob < reached.Length; blob++)
        {
            if (reached[blob])
            {
                AddHeader(BlobPaths.Of(index.Blobs[blob].Digest), index.Blobs[blob].Size);
                _offsets.Add(blob, Length);
                Length += index.Blobs[blob].Size + TarHeader.Padding(index.Blobs[blob].Size);
            }
        }

        Length += 2 * TarHeader.Block;
    }

    /// <summary>The archive's bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Where each blob's data begins.</summary>
    public IReadOnlyDictionary<int, long> Offsets => _offsets;

    /// <summary>Headers and documents; the rest, but for the blobs, is zero.</summary>
    public IReadOnlyList<(long Offset, byte[] Bytes)> Pieces => _pieces;

    private void AddSmall(string name, byte[] content)
    {
        AddHeader(name, content.Length);
        _pieces.Add((Length, content));
        Length += content.Length + TarHeader.Padding(content.Length);
    }

    private void AddHeader(string name, long size)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        var header = new byte[TarHeader.Length(bytes)];
        TarHeader.Write(header, bytes, FileMode, size, 0, (byte)'0', default);
        _pieces.Add((Length, header));
        Length += header.Length;
    }
}
