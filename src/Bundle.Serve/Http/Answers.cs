using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Bundle.Serve.Http;

/// <summary>Answers of known length that fit into memory.</summary>
internal static class Answers
{
    /// <summary>The media type of plain JSON.</summary>
    public const string Json = "application/json";

    // Never HTML, and never read as such (nosniff): `+` and letters may stand as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Sends some bytes; of a HEAD request, their headers alone.</summary>
    public static async Task Send(HttpContext context, int status, string type, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
        }
    }

    /// <summary>Sends one JSON object.</summary>
    public static Task SendObject(HttpContext context, int status, string type, Action<Utf8JsonWriter> members) =>
        Send(context, status, type, Object(members));

    /// <summary>Sends an error as the distribution-spec has it.</summary>
    public static Task SendError(HttpContext context, RegistryError error, string message) => SendObject(context, error.Status, Json, json =>
    {
        json.WriteStartArray("errors");
        json.WriteStartObject();
        json.WriteString("code", error.Code);
        json.WriteString("message", message);
        json.WriteEndObject();
        json.WriteEndArray();
    });

    /// <summary>Answers that the client has it already (RFC 9110 section 15.4.5).</summary>
    public static Task SendNotModified(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    private static ReadOnlyMemory<byte> Object(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
