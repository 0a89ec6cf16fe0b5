using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bundle.Faults;
using Bundle.Index;
using Bundle.IO;

namespace Bundle.Cli.Output;

/// <summary>
/// The JSON documents: one object on one line, whose first member <c>schema</c> names the command and the version. Within a
/// version members are only ever added. Sizes are in bytes; what is unknown is null.
/// </summary>
internal static class JsonText
{
    // The documents go to scripts and terminals, never into HTML: `+` and letters may stand as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object.</summary>
    public static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The members of a fault: id, message, entry, offset, length, digest, images, hint.</summary>
    public static void FaultMembers(Utf8JsonWriter json, Fault fault)
    {
        json.WriteString("id", fault.Id.Name);
        json.WriteString("message", fault.Message);
        json.WriteString("entry", fault.Entry);
        json.WriteNumberOrNull("offset", fault.Offset);
        json.WriteNumberOrNull("length", fault.Length);
        json.WriteString("digest", fault.Digest?.ToString());
        json.WriteStrings("images", fault.Images);
        json.WriteString("hint", fault.Hint);
    }

    /// <summary>How much a package holds: images, blobs, files.</summary>
    public static void Counts(Utf8JsonWriter json, BundleIndex index)
    {
        json.WriteNumber("images", index.Images.Count);
        json.WriteNumber("blobs", index.Blobs.Count);
        json.WriteNumber("files", index.Files.Count);
    }
}
