using System.Runtime.InteropServices;
using Bundle.Faults;
using Microsoft.Win32.SafeHandles;

namespace Bundle.IO;

/// <summary>
/// A file that gets its name when it is complete and flushed, and not before: until then it is a hidden temporary file beside it.
/// One that a killed process left is removed by the next for the same name.
/// </summary>
internal sealed class AtomicOutput : IDisposable
{
    /// <summary>The mode of a finished file.</summary>
    public const int FinalMode = 0x1A4; // 0644

    private readonly SafeRoot _folder;
    private readonly string _path, _name, _temporary;
    private bool _done;

    private AtomicOutput(SafeRoot folder, string path, string name, string temporary, SafeFileHandle handle) =>
        (_folder, _path, _name, _temporary, Handle) = (folder, path, name, temporary, handle);

    /// <summary>The temporary file, open for writing.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Takes the path of a new file apart; its folder has to be there, and nothing but a file in its place.</summary>
    public static (string Folder, string Name) Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        var parent = Path.GetDirectoryName(full);
        var name = Path.GetFileName(full);
        if (parent is null || name.Length == 0 || Directory.Exists(full))
        {
            throw new Fault(FaultId.Io, $"{path} is a folder") { Entry = path, Hint = "name the file to write" }.ToException();
        }

        if (!Directory.Exists(parent))
        {
            throw new Fault(FaultId.Io, $"the folder {parent} does not exist") { Entry = path, Hint = "make it, or write elsewhere" }.ToException();
        }

        if (FileStat.Of(full) is { Kind: not FileKind.Regular })
        {
            throw new Fault(FaultId.Io, $"{path} is no regular file") { Entry = path, Hint = "write to a pipe or a device with --output -" }.ToException();
        }

        return (parent, name);
    }

    /// <summary>Begins a file.</summary>
    public static AtomicOutput Create(string path)
    {
        var (parent, name) = Resolve(path);
        var folder = SafeRoot.Open(parent);
        try
        {
            var prefix = $".{name[..Math.Min(name.Length, 200)]}.bundle-";
            RemoveStale(folder, prefix);
            while (true)
            {
                var temporary = $"{prefix}{Random.Shared.NextInt64():x16}";
                var handle = folder.CreateNew(temporary);
                try
                {
                    if (NativeMethods.LockOrNone(handle) && FileStat.Of(handle).Links > 0)
                    {
                        return new AtomicOutput(folder, path, name, temporary, handle);
                    }
                }
                catch
                {
                    _ = NativeMethods.UnlinkAt(folder.Handle, temporary, 0);
                    handle.Dispose();
                    throw;
                }

                // Another process took it for a stale one before it was locked.
                handle.Dispose();
            }
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Gives the file its name.</summary>
    /// <param name="replace">Whether a file of that name may be replaced.</param>
    /// <param name="sync">Whether it is on the disk first, and its name after.</param>
    public void Commit(bool replace, bool sync)
    {
        Check(NativeMethods.ChangeMode(Handle, FinalMode), "write");
        if (sync)
        {
            Check(NativeMethods.Sync(Handle), "flush");
        }

        var result = NativeMethods.RenameAt2(_folder.Handle, _temporary, _folder.Handle, _name, replace ? 0u : NativeMethods.NoReplace);
        if (result != 0 && Marshal.GetLastPInvokeError() is NativeMethods.EINVAL or NativeMethods.ENOSYS)
        {
            // A file system without that flag: a hard link refuses to replace too.
            result = replace ? NativeMethods.RenameAt(_folder.Handle, _temporary, _folder.Handle, _name) : NativeMethods.LinkAt(_folder.Handle, _temporary, _folder.Handle, _name, 0);
        }

        if (result != 0 && Marshal.GetLastPInvokeError() == NativeMethods.EEXIST)
        {
            throw Exists(_path).ToException();
        }

        Check(result, "write");
        if (sync)
        {
            Check(NativeMethods.Sync(_folder.Handle), "flush");
        }

        _done = FileStat.At(_folder.Handle, _temporary, _path) is null;
    }

    /// <summary>What to say where the output is there already.</summary>
    public static Fault Exists(string path) =>
        new(FaultId.OutputExists, $"{path} exists already") { Entry = path, Hint = "choose another name, or give --force to replace it" };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_done)
        {
            _ = NativeMethods.UnlinkAt(_folder.Handle, _temporary, 0);
        }

        NativeMethods.Unlock(Handle);
        Handle.Dispose();
        _folder.Dispose();
    }

    private static void RemoveStale(SafeRoot folder, string prefix)
    {
        foreach (var name in folder.Names("").Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            using var handle = folder.OpenRead(name);
            if (handle is not null && NativeMethods.TryLock(handle))
            {
                folder.Remove(name);
            }
        }
    }

    private void Check(int result, string action)
    {
        if (result != 0)
        {
            throw SystemError.Last(action, _path);
        }
    }
}
