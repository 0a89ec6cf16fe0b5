using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bundle.Tests.Support;

/// <summary>A server of files that can be told to misbehave as real ones do only now and then.</summary>
internal sealed class OddFileServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private long _sent;
    private int _requests;

    public OddFileServer()
    {
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _ = Accept();
    }

    public string Url { get; }

    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public bool Ranges { get; set; } = true;

    /// <summary>Breaks the connection after so many bytes of a body.</summary>
    public int BreakAfter { get; set; } = int.MaxValue;

    /// <summary>Answers so many requests with 503 first.</summary>
    public int Unavailable { get; set; }

    /// <summary>The entity tag of a request's number.</summary>
    public Func<int, string> Tag { get; set; } = _ => "\"one\"";

    /// <summary>Redirects a path to another address.</summary>
    public Dictionary<string, string> Redirects { get; } = new(StringComparer.Ordinal);

    /// <summary>The Authorization header that has to be there; null for none.</summary>
    public string? Authorization { get; set; }

    public ConcurrentQueue<string> Heads { get; } = [];

    /// <summary>The bytes of all bodies.</summary>
    public long Sent => Volatile.Read(ref _sent);

    public int Requests => Volatile.Read(ref _requests);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = Serve(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                while (await reader.ReadLineAsync() is { Length: > 0 } first)
                {
                    var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                    while (await reader.ReadLineAsync() is { Length: > 0 } line)
                    {
                        headers[line.Split(':')[0]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                    }

                    Heads.Enqueue(first + " " + string.Join(' ', headers.Select(header => header.Key + "=" + header.Value)));
                    if (!await Answer(stream, first.Split(' ')[1].Split('?')[0], headers))
                    {
                        return;
                    }
                }
            }
            catch (IOException)
            {
                // The client has gone.
            }
        }
    }

    private async Task<bool> Answer(NetworkStream stream, string path, Dictionary<string, string> headers)
    {
        var number = Interlocked.Increment(ref _requests);
        if (number <= Unavailable)
        {
            return await Send(stream, "503 Service Unavailable", "", ReadOnlyMemory<byte>.Empty);
        }

        if (Redirects.TryGetValue(path, out var location))
        {
            return await Send(stream, "302 Found", $"Location: {location}\r\n", ReadOnlyMemory<byte>.Empty);
        }

        if (Authorization is not null && headers.GetValueOrDefault("Authorization") != Authorization)
        {
            return await Send(stream, "401 Unauthorized", "", ReadOnlyMemory<byte>.Empty);
        }

        if (!Files.TryGetValue(path, out var file))
        {
            return await Send(stream, "404 Not Found", "", ReadOnlyMemory<byte>.Empty);
        }

        var tag = Tag(number);
        if (!Ranges || !headers.TryGetValue("Range", out var range) || (headers.TryGetValue("If-Range", out var condition) && condition != tag))
        {
            return await Send(stream, "200 OK", $"ETag: {tag}\r\n", file);
        }

        var ends = range["bytes=".Length..].Split('-').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var last = Math.Min(ends[1], file.Length - 1);
        return await Send(stream, "206 Partial Content", $"ETag: {tag}\r\nContent-Range: bytes {ends[0]}-{last}/{file.Length}\r\n", file.AsMemory(ends[0], last - ends[0] + 1));
    }

    private async Task<bool> Send(NetworkStream stream, string status, string headers, ReadOnlyMemory<byte> body)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}Content-Length: {body.Length}\r\n\r\n"));
        for (var at = 0; at < body.Length;)
        {
            var piece = body[at..Math.Min(body.Length, at + 16_384)];
            if (at + piece.Length > BreakAfter)
            {
                return false;
            }

            await stream.WriteAsync(piece);
            Interlocked.Add(ref _sent, piece.Length);
            at += piece.Length;
        }

        return true;
    }
}
