using Bundle.Faults;
using Bundle.IO;
using Microsoft.Win32.SafeHandles;

namespace Bundle.Repair;

/// <summary>
/// A hidden file beside a damaged package that holds what was fetched, each byte at its own offset, until all of it is proven. Where the work is stopped it stays,
/// so that the next run need not fetch it again; what it holds is believed no more than the copy is.
/// </summary>
internal sealed class RepairStage : IDisposable
{
    private readonly SafeRoot _folder;
    private readonly string _name;
    private SafeFileHandle? _file;

    /// <summary>The stage of a package; a file is made when something is written.</summary>
    public RepairStage(string package)
    {
        var path = Path.GetFullPath(package);
        var name = Path.GetFileName(path);
        _name = $".{name[..Math.Min(name.Length, 200)]}.bundle-repair";
        _folder = SafeRoot.Open(Path.GetDirectoryName(path)!);
        try
        {
            _file = _folder.Stat(_name) is null ? null : Open();
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    /// <summary>Writes bytes at an offset of the package.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset) => FileCopy.Write(_file ??= Open(), bytes, offset);

    /// <summary>Reads bytes of the package; returns how many are here.</summary>
    public int Read(Span<byte> target, long offset) => _file is null ? 0 : FileCopy.ReadFully(_file, target, offset);

    /// <summary>Removes the file.</summary>
    public void Remove()
    {
        if (_file is not null)
        {
            _folder.Remove(_name);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_file is not null)
        {
            NativeMethods.Unlock(_file);
            _file.Dispose();
        }

        _folder.Dispose();
    }

    private SafeFileHandle Open()
    {
        var file = _folder.OpenOrCreate(_name);
        if (NativeMethods.LockOrNone(file))
        {
            return file;
        }

        file.Dispose();
        throw new Fault(FaultId.Io, "another repair of this package is at work") { Entry = _folder.Shown(_name), Hint = "wait until it is done" }.ToException();
    }
}
