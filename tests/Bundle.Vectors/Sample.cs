using System.Text;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Vectors;

/// <summary>Contents of packages, and ways to break them.</summary>
internal static class Sample
{
    public const string Layer = "application/vnd.oci.image.layer.v1.tar";

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Bytes that do not compress, the same ones for the same seed.</summary>
    public static byte[] Noise(int length, uint seed)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            bytes[i] = (byte)seed;
        }

        return bytes;
    }

    /// <summary>An image with two layers of the same size, and a file.</summary>
    public static Forge App()
    {
        var forge = new Forge();
        AddApp(forge);
        return forge;
    }

    /// <summary>What <see cref="App"/> holds.</summary>
    public static void AddApp(Forge forge)
    {
        forge.Name("example/app", forge.Image("app", Text("layer one\n"), Text("layer two\n")), ["1.0"]);
        forge.File("install.sh", 493, Text("#!/bin/sh\n"));
    }

    /// <summary>Two images with different manifests.</summary>
    public static void Two(Forge forge, string first = "example/app", string second = "example/base")
    {
        forge.Name(first, forge.Image("app", Text("layer one\n")), ["1.0"]);
        forge.Name(second, forge.Image("base", Text("layer one\n")), ["2.0"]);
    }

    /// <summary>Replaces a text of bundle.json wherever it stands.</summary>
    public static void Replace(this Forge forge, string old, string by) =>
        forge.IndexText = text => text.Contains(old, StringComparison.Ordinal) ? text.Replace(old, by, StringComparison.Ordinal)
            : throw new InvalidOperationException(old + " does not occur in " + text);

    /// <summary>Changes the images of the index.</summary>
    public static void Images(this Forge forge, Func<IndexImage[], IEnumerable<IndexImage>> edit) =>
        forge.Index = index => index with { Images = [.. edit([.. index.Images])] };

    /// <summary>Changes the blobs of the index, positions and all.</summary>
    public static void Blobs(this Forge forge, Func<IndexBlob[], IEnumerable<IndexBlob>> edit) =>
        forge.Index = index => index with { Blobs = [.. edit([.. index.Blobs])] };

    /// <summary>Changes the files of the index.</summary>
    public static void Files(this Forge forge, Func<IndexFile[], IEnumerable<IndexFile>> edit) =>
        forge.Index = index => index with { Files = [.. edit([.. index.Files])] };

    /// <summary>Changes the blobs by digest: they are sorted and numbered again.</summary>
    public static BundleIndex Renumber(BundleIndex index, Func<UnorderedBlob, UnorderedBlob> edit, params UnorderedBlob[] more) => index with
    {
        Blobs = BlobOrder.Sort(index.Blobs.Select(blob => edit(new UnorderedBlob(blob.Digest, blob.Size, blob.MediaType,
            blob.Config is { } config ? index.Blobs[config].Digest : null, [.. blob.Layers.Select(at => index.Blobs[at].Digest)],
            blob.Manifests is null ? null : [.. blob.Manifests.Select(at => index.Blobs[at].Digest)])
        { Data = blob.Data, Base = blob.Base })).Concat(more)),
    };

    /// <summary>Rewrites the only image's manifest; what the index says of its parts stays.</summary>
    public static void Rewrite(this Forge forge, Func<string, string> edit) => forge.Index = index =>
    {
        var old = index.Images[0].Digest;
        var bytes = Encoding.Latin1.GetBytes(edit(Encoding.Latin1.GetString(forge.Contents[old])));
        var digest = forge.Put(bytes);
        return Renumber(index, blob => blob.Digest == old ? blob with { Digest = digest, Size = bytes.Length } : blob)
            with
        { Images = [.. index.Images.Select(image => image with { Digest = digest })] };
    };

    /// <summary>Rewrites the header of the entry whose name begins so, and gives it its checksum.</summary>
    public static void Header(this Forge forge, string name, Action<byte[]> edit, bool sum = true) => forge.Stream = (stream, layout) =>
    {
        var at = Find(layout, name, SegmentKind.Header).Offset;
        var header = stream.AsSpan(at, TarHeader.Block).ToArray();
        edit(header);
        if (sum)
        {
            Sum(header);
        }

        header.CopyTo(stream, at);
    };

    /// <summary>Writes text into a header.</summary>
    public static void Put(this byte[] header, int offset, string text) => Encoding.Latin1.GetBytes(text).CopyTo(header, offset);

    /// <summary>Where a piece of the entry whose name begins so stands in the stream.</summary>
    public static (int Offset, int Length) Find(PackageLayout layout, string name, SegmentKind kind)
    {
        foreach (var frame in layout.Frames.Where(frame => !frame.IsData))
        {
            foreach (var segment in layout.Segments(frame).Where(s => s.Kind == kind && s.Length > 0))
            {
                if (layout.NameOf(segment.Entry).StartsWith(name, StringComparison.Ordinal))
                {
                    return ((int)frame.Offset + segment.Offset, segment.Length);
                }
            }
        }

        throw new InvalidOperationException("there is no entry " + name);
    }

    /// <summary>Gives a header its checksum (spec section 3.2).</summary>
    public static void Sum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in header)
        {
            sum += value;
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0").CopyTo(header[148..]);
    }

    /// <summary>Flips a bit of the content of a blob, signature or file; its digest stays.</summary>
    public static void Flip(this Forge forge, byte[] content)
    {
        var copy = content.ToArray();
        copy[^1] ^= 1;
        forge.Contents[Digest.Of(content)] = copy;
    }
}
