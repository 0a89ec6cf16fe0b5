using Bundle.Faults;
using Bundle.IO;
using Microsoft.Win32.SafeHandles;

namespace Bundle.Extract;

/// <summary>A file in a staging folder that will be moved to its place.</summary>
internal sealed class PendingFile : IPendingFile
{
    private readonly SafeRoot _root;
    private readonly string _temporary, _path;
    private readonly uint _mode;
    private readonly Action? _published;
    private readonly bool _flushed;
    private bool _done;

    /// <param name="size">What will be written, so that a full disk shows before it is.</param>
    public PendingFile(SafeRoot root, Staging staging, string path, int mode, long size, Action? published)
    {
        (_root, _flushed, _temporary, _path, _mode, _published) = (root, staging.IsFlushed, staging.NewPath(), path, (uint)mode, published);
        Handle = root.CreateNew(_temporary);
        if (size >= Limits.Large && NativeMethods.Allocate(Handle, 0, size) is NativeMethods.ENOSPC)
        {
            Dispose();
            throw SystemError.Of(NativeMethods.ENOSPC, "write", root.Shown(path));
        }
    }

    /// <summary>Open for writing.</summary>
    public SafeFileHandle Handle { get; }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> data, long at) => FileCopy.Write(Handle, data, at, _flushed);

    /// <inheritdoc/>
    public void Publish()
    {
        if (NativeMethods.ChangeMode(Handle, _mode) != 0)
        {
            throw SystemError.Last("set the mode of", _root.Shown(_path));
        }

        _root.Move(_temporary, _path);
        _done = true;
        _published?.Invoke();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Handle.Dispose();
        if (!_done)
        {
            try
            {
                _root.Remove(_temporary);
            }
            catch (BundleException)
            {
                // It stays until its staging folder goes: why it is not published is what has to be told.
            }
        }
    }
}
