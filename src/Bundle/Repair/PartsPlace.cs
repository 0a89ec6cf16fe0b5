using Bundle.IO;
using Bundle.Parts;
using Microsoft.Win32.SafeHandles;

namespace Bundle.Repair;

/// <summary>The parts of a split package; a part that is missing gets its name when all of it is there.</summary>
internal sealed class PartsPlace(SplitPackage package) : IPlace
{
    private readonly Dictionary<int, SafeFileHandle> _open = [];
    private readonly Dictionary<int, AtomicOutput> _missing = [];

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            var part = package.List.PartAt(offset);
            var within = offset - package.List.OffsetOf(part);
            var piece = bytes[..(int)Math.Min(bytes.Length, package.List.Parts[part].Size - within)];
            FileCopy.Write(Handle(part), piece, within);
            offset += piece.Length;
            bytes = bytes[piece.Length..];
        }
    }

    public void Finish(long length, bool sync)
    {
        for (var part = 0; part < package.List.Parts.Count; part++)
        {
            var path = package.PathOf(part);
            if (File.Exists(path) && new FileInfo(path).Length != package.List.Parts[part].Size)
            {
                RandomAccess.SetLength(Handle(part), package.List.Parts[part].Size);
            }
        }

        foreach (var (part, file) in _open)
        {
            if (sync && NativeMethods.Sync(file) != 0)
            {
                throw SystemError.Last("flush", package.PathOf(part));
            }
        }

        foreach (var part in _missing.Values)
        {
            part.Commit(replace: false, sync);
        }
    }

    public void Dispose()
    {
        foreach (var file in _open.Values)
        {
            file.Dispose();
        }

        foreach (var part in _missing.Values)
        {
            part.Dispose();
        }
    }

    private SafeFileHandle Handle(int part)
    {
        if (_open.TryGetValue(part, out var file))
        {
            return file;
        }

        if (_missing.TryGetValue(part, out var output))
        {
            return output.Handle;
        }

        var path = package.PathOf(part);
        if (File.Exists(path))
        {
            return _open[part] = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        }

        return (_missing[part] = AtomicOutput.Create(path)).Handle;
    }
}
