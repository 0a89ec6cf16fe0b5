using Bundle.Access;
using Bundle.Format;
using Bundle.IO;
using Bundle.Reading;
using Microsoft.Win32.SafeHandles;

namespace Bundle.Repair;

/// <summary>
/// Mends a file in place. Only damaged ranges are written, and only with what they have to be, so a run that is killed has lost nothing, and the next
/// one goes on from there.
/// </summary>
internal sealed class FileTarget(string path) : IRepairTarget
{
    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);

    public void Write(ReadOnlySpan<byte> bytes, long offset) => FileCopy.Write(_file, bytes, offset);

    public void Finish(long length, bool sync)
    {
        if (RandomAccess.GetLength(_file) != length)
        {
            RandomAccess.SetLength(_file, length);
        }

        if (sync && NativeMethods.Sync(_file) != 0)
        {
            throw SystemError.Last("flush", path);
        }
    }

    public PackageFile OpenResult() => PackageFile.Open(PackageInput.File(path), tolerant: true);

    public void Accept()
    {
    }

    public void Dispose() => _file.Dispose();
}
