namespace Bundle.Registry;

/// <summary>Bodies that are read into memory, never beyond a limit.</summary>
internal static class Body
{
    /// <summary>Reads a body whole.</summary>
    /// <exception cref="InvalidDataException">It is longer than the limit.</exception>
    /// <exception cref="IOException">The connection breaks.</exception>
    public static async Task<byte[]> Read(HttpResponseMessage response, int limit, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength is { } announced && announced > limit)
        {
            throw TooLong(limit);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var result = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            if (result.Length + read > limit)
            {
                throw TooLong(limit);
            }

            result.Write(buffer, 0, read);
        }

        return result.ToArray();
    }

    private static InvalidDataException TooLong(int limit) => new($"an answer of more than {limit} bytes");
}
