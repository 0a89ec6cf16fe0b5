using System.Globalization;
using System.Text;
using System.Text.Json;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Index;

/// <summary>Reads bundle.json, strictly: nothing passes that the writer would not write (spec IDX-1).</summary>
public static class IndexReader
{
    /// <summary>Reads and validates an index.</summary>
    /// <exception cref="BundleException">It is malformed, too large, or of a version or feature unknown here; nothing else is ever thrown.</exception>
    public static BundleIndex Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > Limits.Index)
        {
            throw IndexFaults.Limit(string.Create(CultureInfo.InvariantCulture, $"bundle.json has {json.Length} bytes, of at most {Limits.Index}"));
        }

        var index = Parse(json.Span);
        IndexValidator.Validate(index);
        var canonical = new ByteComparer(json);
        IndexWriter.Write(index, canonical);
        if (!canonical.IsSame)
        {
            throw IndexFaults.Invalid(string.Create(CultureInfo.InvariantCulture, $"bundle.json is not in canonical form at byte {canonical.Same} [IDX-1]"));
        }

        return index;
    }

    private static BundleIndex Parse(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        try
        {
            return Parse(ref cursor);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader throws the latter on invalid UTF-8 and lone surrogates.
            throw IndexFaults.Invalid(string.Create(CultureInfo.InvariantCulture, $"bundle.json is not valid JSON after byte {cursor.Offset} [IDX-1]"), e);
        }
    }

    private static BundleIndex Parse(ref JsonCursor cursor)
    {
        cursor.Expect(JsonTokenType.StartObject, "the index");
        var (features, bases) = Head(ref cursor);
        var images = new List<IndexImage>();
        cursor.Array("images"u8);
        while (cursor.NextItem(images.Count, "images"))
        {
            cursor.ItemIsObject();
            images.Add(Image(ref cursor));
        }

        var blobs = new List<IndexBlob>();
        cursor.Array("blobs"u8);
        while (cursor.NextItem(blobs.Count, "blobs"))
        {
            cursor.ItemIsObject();
            blobs.Add(Blob(ref cursor));
        }

        var files = new List<IndexFile>();
        cursor.Array("files"u8);
        while (cursor.NextItem(files.Count, "files"))
        {
            cursor.ItemIsObject();
            files.Add(File(ref cursor));
        }

        cursor.Expect(JsonTokenType.EndObject, "the end of the index");
        cursor.End();
        var index = new BundleIndex(images, blobs, files) { Bases = bases };
        return index.Features.SequenceEqual(features, StringComparer.Ordinal) ? index
            : throw IndexFaults.Invalid("the features are not those that the index uses [IDX-3]");
    }

    // What says whether the rest can be understood at all comes first, and is judged before it.
    private static (List<string> Features, List<Digest> Bases) Head(ref JsonCursor cursor)
    {
        if (cursor.Text("format"u8) != "bundle")
        {
            throw cursor.Wrong("the format is not \"bundle\"");
        }

        cursor.Member("version"u8);
        cursor.Expect(JsonTokenType.Number, "a number");
        if (!cursor.Raw.SequenceEqual("1"u8))
        {
            throw cursor.Raw.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? cursor.Wrong("the version is no plain number")
                : IndexFaults.Newer(FaultId.VersionUnknown, "the bundle is of version " + IndexFaults.Shown(Encoding.ASCII.GetString(cursor.Raw)) + ", this program knows 1 [IDX-2]");
        }

        var features = new List<string>();
        cursor.Array("features"u8);
        while (cursor.NextItem(features.Count, "features"))
        {
            features.Add(cursor.ItemText());
            if (features[^1] is not (BundleIndex.Incremental or BundleIndex.Sparse))
            {
                throw IndexFaults.Newer(FaultId.FeatureUnknown, "the bundle needs the feature " + IndexFaults.Shown(features[^1]) + ", which this program does not know [IDX-3]");
            }
        }

        var bases = new List<Digest>();
        cursor.Array("bases"u8);
        while (cursor.NextItem(bases.Count, "bases"))
        {
            bases.Add(cursor.ItemDigest());
        }

        return (features, bases);
    }

    private static IndexImage Image(ref JsonCursor cursor)
    {
        var text = cursor.Text("name"u8);
        var name = ImageName.TryParse(text) ?? throw cursor.Wrong(IndexFaults.Shown(text) + " is no image name", "IDX-6");
        if (cursor.Text("repository"u8) != name.Repository)
        {
            throw cursor.Wrong("the repository is not that of " + text, "IDX-7");
        }

        var tags = Texts(ref cursor, "tags"u8, "tags of an image");
        var byDigest = cursor.Flag("byDigest"u8);
        var digest = cursor.Digest("digest"u8);
        var mediaType = cursor.MediaType();
        var platforms = Texts(ref cursor, "platforms"u8, "platforms of an image");
        var signatures = new List<IndexSignature>();
        cursor.Array("signatures"u8);
        while (cursor.NextItem(signatures.Count, "signatures of an image"))
        {
            cursor.ItemIsObject();
            signatures.Add(new IndexSignature(cursor.Digest("manifest"u8), (int)cursor.Number("number"u8, int.MaxValue),
                cursor.Digest("digest"u8), cursor.Number("size"u8, long.MaxValue)));
            cursor.Expect(JsonTokenType.EndObject, "the end of a signature");
        }

        cursor.Expect(JsonTokenType.EndObject, "the end of an image");
        return new IndexImage(name, tags, byDigest, digest, mediaType, platforms, signatures.Count == 0 ? [] : signatures);
    }

    private static IndexBlob Blob(ref JsonCursor cursor)
    {
        var (digest, size, mediaType) = (cursor.Digest("digest"u8), cursor.Number("size"u8, long.MaxValue), cursor.MediaType());
        var data = cursor.Text("data"u8) switch
        {
            "package" => BlobData.Package,
            "base" => BlobData.Base,
            "omitted" => BlobData.Omitted,
            _ => throw cursor.Wrong("the data of a blob is neither in the package, nor in a base, nor omitted", "IDX-18"),
        };
        var at = data == BlobData.Base ? (int)cursor.Number("base"u8, int.MaxValue) : 0;
        int? config = null;
        int[]? layers = null, manifests = null;
        var more = cursor.NextMember();
        if (more == "config")
        {
            config = cursor.Position();
            cursor.Member("layers"u8);
            layers = Positions(ref cursor);
        }
        else if (more == "manifests")
        {
            manifests = Positions(ref cursor);
        }
        else if (more is not null)
        {
            throw cursor.Wrong("a blob has another member", "IDX-12");
        }

        if (more is not null)
        {
            cursor.Expect(JsonTokenType.EndObject, "the end of a blob");
        }

        return new IndexBlob(digest, size, mediaType, config, layers ?? [], manifests) { Data = data, Base = at };
    }

    private static IndexFile File(ref JsonCursor cursor)
    {
        var path = cursor.Text("path"u8);
        var mode = cursor.Text("mode"u8);
        if (mode.Length != 4 || mode.AsSpan().ContainsAnyExceptInRange('0', '7'))
        {
            throw cursor.Wrong("a mode is not four octal digits", "IDX-16");
        }

        var file = new IndexFile(path, Convert.ToInt32(mode, 8), cursor.Number("size"u8, long.MaxValue), cursor.Digest("digest"u8));
        cursor.Expect(JsonTokenType.EndObject, "the end of a file");
        return file;
    }

    private static string[] Texts(ref JsonCursor cursor, ReadOnlySpan<byte> name, string what)
    {
        var texts = new List<string>();
        cursor.Array(name);
        while (cursor.NextItem(texts.Count, what))
        {
            texts.Add(cursor.ItemText());
        }

        return [.. texts];
    }

    private static int[] Positions(ref JsonCursor cursor)
    {
        var positions = new List<int>();
        cursor.Expect(JsonTokenType.StartArray, "an array");
        while (cursor.NextItem(positions.Count, "blobs of a manifest"))
        {
            positions.Add(cursor.ItemPosition());
        }

        return [.. positions];
    }
}
