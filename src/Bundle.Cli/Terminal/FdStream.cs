using System.Runtime.InteropServices;

namespace Bundle.Cli.Terminal;

/// <summary>
/// Standard input or output as the bare descriptor. The console's own stream hides a broken pipe, FileStream keeps a
/// position of its own where output is redirected into a file, and neither can be cancelled while it waits for input.
/// </summary>
internal sealed partial class FdStream : Stream
{
    private const int Interrupted = 4; // EINTR
    private const int BrokenPipe = 32; // EPIPE
    private const short PollIn = 1;
    private const short PollOut = 4;
    private const int PollMilliseconds = 200;
    private readonly int _fd;
    private readonly CancellationToken _cancellation;

    private FdStream(int fd, CancellationToken cancellation) => (_fd, _cancellation) = (fd, cancellation);

    /// <summary>Whether the reader of standard output has gone.</summary>
    public static bool StandardOutputBroken { get; private set; }

    public override bool CanRead => _fd == 0;

    public override bool CanSeek => false;

    public override bool CanWrite => _fd != 0;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Standard input; a cancellation ends a wait for bytes too.</summary>
    public static FdStream StandardInput(CancellationToken cancellation) => new(0, cancellation);

    /// <summary>Standard output.</summary>
    public static FdStream StandardOutput() => new(1, CancellationToken.None);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            Wait(PollIn);
            var read = ReadFd(_fd, buffer, buffer.Length);
            if (read >= 0)
            {
                return (int)read;
            }

            Check("standard input");
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = WriteFd(_fd, buffer, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            Check("standard output");
            Wait(PollOut);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Wait(short events)
    {
        var poll = new PollFd { Fd = _fd, Events = events };
        do
        {
            _cancellation.ThrowIfCancellationRequested();
        }
        while (Poll(ref poll, 1, PollMilliseconds) <= 0); // A signal ends the call with -1, and is what is waited for.
    }

    // A descriptor that somebody else made non-blocking, and a signal, are waited out; all else is an error.
    private static void Check(string name)
    {
        var error = Marshal.GetLastPInvokeError();
        var wouldBlock = OperatingSystem.IsLinux() ? 11 : 35; // EAGAIN
        if (error is Interrupted || error == wouldBlock)
        {
            return;
        }

        StandardOutputBroken |= error == BrokenPipe;
        throw new IOException($"{name}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReadFd(int fd, Span<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint WriteFd(int fd, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollFd fds, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }
}
