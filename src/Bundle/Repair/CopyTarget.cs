using Bundle.Access;
using Bundle.IO;
using Bundle.Reading;
using Microsoft.Win32.SafeHandles;

namespace Bundle.Repair;

/// <summary>Writes a whole copy, and leaves the damaged package as it is. The copy gets its name when it is verified.</summary>
internal sealed class CopyTarget : IRepairTarget
{
    private const int Piece = 1024 * 1024;

    private readonly AtomicOutput _output;
    private readonly string _path;
    private readonly bool _replace;
    private bool _sync;

    public CopyTarget(PackageFile damaged, long length, string path, bool replace, CancellationToken cancellation)
    {
        (_path, _replace) = (path, replace);
        _output = AtomicOutput.Create(path);
        try
        {
            var buffer = new byte[Piece];
            length = Math.Min(length, damaged.Length!.Value);
            for (long at = 0; at < length; at += Piece)
            {
                cancellation.ThrowIfCancellationRequested();
                var piece = buffer.AsSpan(0, (int)Math.Min(Piece, length - at));
                _ = damaged.TryRead(piece, at);
                FileCopy.Write(_output.Handle, piece, at, _sync);
            }
        }
        catch
        {
            _output.Dispose();
            throw;
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => FileCopy.Write(_output.Handle, bytes, offset);

    public void Finish(long length, bool sync)
    {
        _sync = sync;
        RandomAccess.SetLength(_output.Handle, length);
    }

    // The temporary file stays ours: only a borrowed handle is closed with what reads it.
    public PackageFile OpenResult() => new(new FileSource(new SafeFileHandle(_output.Handle.DangerousGetHandle(), ownsHandle: false), _path));

    public void Accept() => _output.Commit(_replace, _sync);

    public void Dispose() => _output.Dispose();
}
