using System.Text;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Format;

/// <summary>
/// Where everything stands: the entries of the stream and the cuts between frames, both of which follow from the index
/// and from how it is signed (spec sections 3 and 5). The writer fills it in; a reader holds a package against it.
/// </summary>
public sealed class PackageLayout
{
    private const int FileMode = 420; // 0644
    private const int NameBuffer = RepositoryLinks.LongestPath;
    private const int EndBlocks = 2 * TarHeader.Block;

    private readonly byte[] _indexBytes, _ociLayout, _ociIndex, _dockerManifest;
    private readonly RepositoryLinks _links;
    private readonly List<PackageEntry> _entries = [];

    /// <summary>The layout of a package.</summary>
    /// <param name="indexBytes">The index in its canonical form.</param>
    /// <param name="time">The modification time of every entry.</param>
    /// <param name="bundleSignatures">The signatures of the index, in order; none where the package is not signed.</param>
    public PackageLayout(BundleIndex index, byte[] indexBytes, long time, IReadOnlyList<BundleSignature>? bundleSignatures = null)
    {
        (Index, Time, _indexBytes, BundleSignatures) = (index, time, indexBytes, bundleSignatures ?? []);
        _ociLayout = DerivedDocuments.OciLayout();
        _ociIndex = DerivedDocuments.OciIndex(index);
        _dockerManifest = DerivedDocuments.DockerManifest(index);
        _links = new RepositoryLinks(index);
        Signatures = [.. index.Images.SelectMany(image => image.Signatures).DistinctBy(s => s.Digest).OrderBy(s => s.Digest)];
        ListEntries();
        Frames = new FrameCutter(this).Cut();
        StreamLength = Frames[^1].Offset + Frames[^1].Length;
    }

    /// <summary>The layout of the package that a head begins.</summary>
    public PackageLayout(PackageHead head)
        : this(head.Index, head.IndexBytes, head.Time, head.Signatures)
    {
    }

    /// <summary>The package's index.</summary>
    public BundleIndex Index { get; }

    /// <summary>The modification time of every entry, in seconds since 1970.</summary>
    public long Time { get; }

    /// <summary>The entries in order.</summary>
    public IReadOnlyList<PackageEntry> Entries => _entries;

    /// <summary>The signatures of the index.</summary>
    public IReadOnlyList<BundleSignature> BundleSignatures { get; }

    /// <summary>The images' signatures that are stored, each digest once.</summary>
    public IReadOnlyList<IndexSignature> Signatures { get; }

    /// <summary>The data frames in order.</summary>
    public IReadOnlyList<PackageFrame> Frames { get; }

    /// <summary>The length of the tar stream.</summary>
    public long StreamLength { get; }

    /// <summary>An entry's name in the stream.</summary>
    public string NameOf(int entry) => Encoding.UTF8.GetString(NameOf(entry, stackalloc byte[NameBuffer]));

    /// <summary>The repository whose link an entry is.</summary>
    public string RepositoryOf(int entry) => _links.RepositoryOf(_links.Links[_entries[entry].Number]);

    /// <summary>The digest that an entry's data must have; null where the data is known from the head on.</summary>
    public Digest? DigestOf(int entry)
    {
        var (kind, number, _) = _entries[entry];
        return kind switch
        {
            EntryKind.Blob => Index.Blobs[number].Digest,
            EntryKind.Signature => Signatures[number].Digest,
            EntryKind.File => Index.Files[number].Digest,
            _ => null,
        };
    }

    /// <summary>The data of an entry that is known from the head on.</summary>
    public ReadOnlySpan<byte> DerivedData(int entry) => _entries[entry].Kind switch
    {
        EntryKind.Index => _indexBytes,
        EntryKind.BundleSignature => BundleSignatures[_entries[entry].Number].Bytes.Span,
        EntryKind.OciLayout => _ociLayout,
        EntryKind.OciIndex => _ociIndex,
        EntryKind.DockerManifest => _dockerManifest,
        EntryKind.RepositoryLink => _links.Content(_links.Links[_entries[entry].Number]),
        _ => default,
    };

    /// <summary>How many bytes an entry's headers take.</summary>
    public int HeaderLength(int entry) => TarHeader.Length(NameOf(entry, stackalloc byte[NameBuffer]));

    /// <summary>Writes an entry's headers.</summary>
    public void WriteHeader(int entry, Span<byte> target)
    {
        var (kind, number, size) = _entries[entry];
        Span<byte> link = stackalloc byte[TarHeader.LinkField];
        link = kind == EntryKind.BlobLink ? link[..BlobPaths.Write(Index.Blobs[number].Digest, link)] : [];
        var mode = kind == EntryKind.File ? Index.Files[number].Mode : FileMode;
        TarHeader.Write(target, NameOf(entry, stackalloc byte[NameBuffer]), mode, size, Time, (byte)(kind == EntryKind.BlobLink ? '1' : '0'), link);
    }

    /// <summary>The pieces of a frame that is not a large entry's data.</summary>
    public IEnumerable<FrameSegment> Segments(PackageFrame frame)
    {
        var at = 0;
        if (frame.LeadingZeros > 0)
        {
            yield return new FrameSegment(SegmentKind.Zeros, frame.FirstEntry - 1, 0, frame.LeadingZeros);
            at = frame.LeadingZeros;
        }

        for (var entry = frame.FirstEntry; entry < frame.FirstEntry + frame.EntryCount; entry++)
        {
            var header = HeaderLength(entry);
            yield return new FrameSegment(SegmentKind.Header, entry, at, header);
            at += header;
            if (_entries[entry].IsLarge)
            {
                break;
            }

            var (size, padding) = ((int)_entries[entry].Size, TarHeader.Padding(_entries[entry].Size));
            yield return new FrameSegment(SegmentKind.Data, entry, at, size);
            yield return new FrameSegment(SegmentKind.Zeros, entry, at + size, padding);
            at += size + padding;
        }

        if (at < frame.Length)
        {
            yield return new FrameSegment(SegmentKind.Zeros, _entries.Count - 1, at, frame.Length - at);
        }
    }

    /// <summary>Fills in the content of a frame that is not a large entry's data.</summary>
    /// <param name="data">Fills in a small entry's data that is not known from the head on.</param>
    public void Fill(PackageFrame frame, Span<byte> content, Action<int, Span<byte>> data)
    {
        foreach (var segment in Segments(frame))
        {
            var target = content.Slice(segment.Offset, segment.Length);
            switch (segment.Kind)
            {
                case SegmentKind.Zeros:
                    target.Clear();
                    break;
                case SegmentKind.Header:
                    WriteHeader(segment.Entry, target);
                    break;
                case SegmentKind.Data when _entries[segment.Entry].IsDerived:
                    DerivedData(segment.Entry).CopyTo(target);
                    break;
                default:
                    data(segment.Entry, target);
                    break;
            }
        }
    }

    // The name of an entry: in the buffer, or where it may not fit there, elsewhere.
    private ReadOnlySpan<byte> NameOf(int entry, Span<byte> buffer)
    {
        var (kind, number, _) = _entries[entry];
        return kind switch
        {
            EntryKind.Index => "bundle.json"u8,
            EntryKind.BundleSignature => Encoding.ASCII.GetBytes(BundleSignatures[number].EntryName),
            EntryKind.OciLayout => "oci-layout"u8,
            EntryKind.OciIndex => "index.json"u8,
            EntryKind.DockerManifest => "manifest.json"u8,
            EntryKind.Blob => buffer[..BlobPaths.Write(Index.Blobs[number].Digest, buffer)],
            EntryKind.BlobLink => buffer[..BlobPaths.WriteInRegistry(Index.Blobs[number].Digest, buffer)],
            EntryKind.RepositoryLink => buffer[.._links.WritePath(_links.Links[number], buffer)],
            EntryKind.Signature => Encoding.UTF8.GetBytes("signatures/sha256/" + Signatures[number].Digest.Hex),
            _ => Encoding.UTF8.GetBytes("files/" + Index.Files[number].Path),
        };
    }

    private void ListEntries()
    {
        _entries.Add(new PackageEntry(EntryKind.Index, 0, _indexBytes.Length));
        for (var i = 0; i < BundleSignatures.Count; i++)
        {
            _entries.Add(new PackageEntry(EntryKind.BundleSignature, i, BundleSignatures[i].Bytes.Length));
        }

        _entries.Add(new PackageEntry(EntryKind.OciLayout, 0, _ociLayout.Length));
        _entries.Add(new PackageEntry(EntryKind.OciIndex, 0, _ociIndex.Length));
        _entries.Add(new PackageEntry(EntryKind.DockerManifest, 0, _dockerManifest.Length));
        for (var i = 0; i < Index.Blobs.Count; i++)
        {
            if (Index.Blobs[i].Data == BlobData.Package)
            {
                _entries.Add(new PackageEntry(EntryKind.Blob, i, Index.Blobs[i].Size));
                _entries.Add(new PackageEntry(EntryKind.BlobLink, i, 0));
            }
        }

        for (var i = 0; i < Signatures.Count; i++)
        {
            _entries.Add(new PackageEntry(EntryKind.Signature, i, Signatures[i].Size));
        }

        for (var i = 0; i < _links.Links.Count; i++)
        {
            _entries.Add(new PackageEntry(EntryKind.RepositoryLink, i, Digest.TextLength));
        }

        for (var i = 0; i < Index.Files.Count; i++)
        {
            _entries.Add(new PackageEntry(EntryKind.File, i, Index.Files[i].Size));
        }
    }

    /// <summary>Cuts the stream into frames (spec FRAME-3).</summary>
    private sealed class FrameCutter(PackageLayout layout)
    {
        private readonly List<PackageFrame> _frames = [];
        private long _offset;
        private int _length, _firstEntry, _entryCount, _zeros;

        public List<PackageFrame> Cut()
        {
            for (var entry = 0; entry < layout._entries.Count; entry++)
            {
                var size = layout._entries[entry].Size;
                var (header, padding) = (layout.HeaderLength(entry), TarHeader.Padding(size));
                if (layout._entries[entry].IsLarge)
                {
                    AddEntry(entry, header);
                    Close();
                    CutData(entry, size);
                    (_firstEntry, _zeros, _length) = (entry + 1, padding, padding);
                }
                else
                {
                    AddEntry(entry, header + (int)size + padding);
                }

                // Nothing that comes after depends on whether, and by whom, the index is signed.
                if (entry == 0 || entry == layout.BundleSignatures.Count)
                {
                    Close();
                }
            }

            MakeRoom(EndBlocks, layout._entries.Count);
            _length += EndBlocks;
            Close();
            return _frames;
        }

        private void AddEntry(int entry, int length)
        {
            MakeRoom(length, entry);
            _length += length;
            _entryCount++;
        }

        private void MakeRoom(int length, int entry)
        {
            if (_length + length > Limits.Frame)
            {
                Close();
            }

            if (_length == 0)
            {
                _firstEntry = entry;
            }
        }

        private void CutData(int entry, long size)
        {
            for (long done = 0; done < size;)
            {
                var length = (int)Math.Min(Limits.Frame, size - done);
                _frames.Add(new PackageFrame(_offset, length, entry, 0, done, 0));
                (_offset, done) = (_offset + length, done + length);
            }
        }

        private void Close()
        {
            if (_length > 0)
            {
                _frames.Add(new PackageFrame(_offset, _length, _firstEntry, _entryCount, -1, _zeros));
                _offset += _length;
            }

            (_length, _entryCount, _zeros) = (0, 0, 0);
        }
    }
}
