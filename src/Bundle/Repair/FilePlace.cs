using Bundle.IO;
using Microsoft.Win32.SafeHandles;

namespace Bundle.Repair;

/// <summary>A package in one file.</summary>
internal sealed class FilePlace(string path) : IPlace
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

    public void Dispose() => _file.Dispose();
}
