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
    private readonly bool _replace, _sync;
    private readonly GoodCopy _good;
    private readonly bool _tailDiffers;

    public CopyTarget(PackageFile damaged, GoodCopy good, Comparison comparison, string path, bool replace, bool sync, CancellationToken cancellation)
    {
        (_path, _replace, _sync, _good, _tailDiffers) = (path, replace, sync, good, comparison.TailDiffers);
        _output = AtomicOutput.Create(path);
        try
        {
            var buffer = new byte[Piece];
            var length = Math.Min(good.Length, damaged.Length!.Value);
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

    public bool Has(int range) => false;

    public void Write(ReadOnlySpan<byte> bytes, long offset) => FileCopy.Write(_output.Handle, bytes, offset);

    public PackageFile OpenResult()
    {
        if (_tailDiffers)
        {
            Write(_good.Tail, _good.DataLength);
        }

        RandomAccess.SetLength(_output.Handle, _good.Length);

        // The temporary file stays ours: only a borrowed handle is closed with what reads it.
        return new PackageFile(new FileSource(new SafeFileHandle(_output.Handle.DangerousGetHandle(), ownsHandle: false), _path));
    }

    public void Accept() => _output.Commit(_replace, _sync);

    public void Reject()
    {
    }

    public void Dispose() => _output.Dispose();
}
