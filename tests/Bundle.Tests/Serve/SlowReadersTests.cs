using System.Net;
using System.Net.Sockets;
using System.Text;
using Bundle.Format;
using Bundle.Reading;
using Bundle.Serve;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Serve;

/// <summary>Clients that take nothing, or little, keep nobody from anything, and get what they came for.</summary>
public sealed class SlowReadersTests : IAsyncLifetime
{
    // More than all buffers between a server and a client that does not read.
    private const int Size = 24_000_000;

    private readonly TempFolder _temp = new();
    private readonly byte[] _content = new byte[Size];
    private PackageReader? _reader;
    private PackageServer? _server;

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < Size; i += 1000)
        {
            _content[i] = (byte)(i / 1000);
        }

        _temp.Write("extra/large.bin", _content);
        await Run.Good("create", Data.Of("samples").Dir, "--include", _temp["extra"], "--output", _temp["p.tar.zst"], "--no-sync");
        _reader = PackageReader.Open(PackageInput.File(_temp["p.tar.zst"]));
        _server = await PackageServer.Start(new ServeOptions { Package = _reader, Listen = new IPEndPoint(IPAddress.Loopback, 0) }, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.Stop();
        await _server.DisposeAsync();
        _reader!.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task However_many_read_nothing_others_are_served_and_they_too_in_the_end()
    {
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < 100; i++)
            {
                sockets.Add(await Ask());
            }

            // All of them were answered as far as buffers reach, before somebody comes who reads.
            await Task.Delay(500, TestContext.Current.CancellationToken);
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
            Assert.Equal(_content, await client.GetByteArrayAsync(new Uri(_server!.Url + "/files/extra/large.bin"), TestContext.Current.CancellationToken));

            // Each goes on where it stopped: at once, and with pauses that are longer than a turn lasts.
            foreach (var (socket, pause) in new[] { (sockets[0], 0), (sockets[70], 1500), (sockets[99], 0) })
            {
                Assert.Equal(_content, await Rest(socket, pause));
            }
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private async Task<Socket> Ask()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(_server!.Url).Port, TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /files/extra/large.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<byte[]> Rest(Socket socket, int pause)
    {
        var answer = new MemoryStream();
        var buffer = new byte[1024 * 1024];
        for (int read, next = 6_000_000; (read = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)) > 0;)
        {
            answer.Write(buffer, 0, read);
            if (pause > 0 && answer.Length > next)
            {
                await Task.Delay(pause, TestContext.Current.CancellationToken);
                next += 6_000_000;
            }
        }

        var bytes = answer.ToArray();
        return bytes[(bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4)..];
    }
}
