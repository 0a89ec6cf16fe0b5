using System.Text.Json;
using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Parts;

/// <summary>The list of parts as bytes: canonical JSON, so that whatever is read would be written the same (spec PART-3).</summary>
public static class PartsListFormat
{
    private const string Format = "bundle-parts";
    private const int Version = 1;

    /// <summary>The list's bytes.</summary>
    public static byte[] Write(PartsList list)
    {
        var buffer = new SegmentedBuffer();
        var json = new CanonicalJson(buffer, Limits.PartsList).BeginObject()
            .Name("format"u8).Value(Format).Name("version"u8).Value(Version)
            .Name("bundleDigest"u8).Value(list.BundleDigest).Name("size"u8).Value(list.Size).Name("parts"u8).BeginArray();
        foreach (var part in list.Parts)
        {
            json.BeginObject().Name("size"u8).Value(part.Size).Name("digest"u8).Value(part.Digest).EndObject();
        }

        json.EndArray().EndObject();
        return buffer.Take();
    }

    /// <summary>Reads a list.</summary>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="BundleException">It breaks a rule (spec PART-2, PART-3).</exception>
    public static PartsList Read(ReadOnlySpan<byte> bytes, string name)
    {
        PartsList list;
        try
        {
            list = Parse(bytes, name);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or BundleException { Fault.Id.Name: not ("parts-list-invalid" or "version-unknown") })
        {
            throw Invalid(name, "is malformed or cut [PART-3]").ToException(e);
        }

        if (!Write(list).AsSpan().SequenceEqual(bytes))
        {
            throw Invalid(name, "is not in its canonical form [PART-3]").ToException();
        }

        return list;
    }

    /// <summary>The fault that a list has.</summary>
    public static Fault Invalid(string name, string what) => new(FaultId.PartsListInvalid, $"the list of parts {what}")
    {
        Entry = name,
        Hint = "transfer the .parts file again, or read the joined parts: cat FILE.[0-9][0-9][0-9] | bundle verify -",
    };

    private static PartsList Parse(ReadOnlySpan<byte> bytes, string name)
    {
        var json = new JsonCursor(bytes);
        json.Expect(JsonTokenType.StartObject, "an object");
        if (json.Text("format"u8) != Format)
        {
            throw Invalid(name, "is no list of a package's parts [PART-3]").ToException();
        }

        if (json.Number("version"u8, long.MaxValue) is var version and not Version)
        {
            throw new Fault(FaultId.VersionUnknown, $"the list of parts is of version {version}, and this program knows version {Version} [PART-3]") { Entry = name, Hint = "use a newer bundle" }.ToException();
        }

        var digest = json.Digest("bundleDigest"u8);
        var size = json.Number("size"u8, long.MaxValue);
        var parts = new List<PackagePart>();
        json.Array("parts"u8);
        while (json.NextItem(parts.Count, "parts"))
        {
            json.ItemIsObject();
            parts.Add(new PackagePart(json.Number("size"u8, long.MaxValue), json.Digest("digest"u8)));
            json.Expect(JsonTokenType.EndObject, "the end of an object");
            if (parts.Count > Limits.Parts)
            {
                throw Invalid(name, $"has more than {Limits.Parts} parts [PART-1]").ToException();
            }
        }

        json.Expect(JsonTokenType.EndObject, "the end of the object");
        json.End();
        CheckSizes(parts, size, name);
        return new PartsList(digest, size, parts);
    }

    private static void CheckSizes(List<PackagePart> parts, long size, string name)
    {
        var left = size;
        for (var i = 0; i < parts.Count; i++)
        {
            var last = i == parts.Count - 1;
            if (parts[i].Size < 1 || parts[i].Size > left || (last ? parts[i].Size > parts[0].Size : parts[i].Size != parts[0].Size))
            {
                throw Invalid(name, "gives sizes that cannot be [PART-2]").ToException();
            }

            left -= parts[i].Size;
        }

        if (parts.Count == 0 || left != 0)
        {
            throw Invalid(name, "gives sizes whose sum is not the package's [PART-2]").ToException();
        }
    }
}
