using System.Runtime.InteropServices;
using Bundle.Faults;
using Microsoft.Win32.SafeHandles;

namespace Bundle.IO;

/// <summary>
/// A folder that work happens below, and nowhere else: every component of a path is opened by itself and without following
/// links, so neither a link that is there already nor one that appears meanwhile leads outside. Paths are relative, joined by '/'.
/// </summary>
internal sealed class SafeRoot : IDisposable
{
    private const uint FolderMode = 0x1ED; // 0755
    private const int TemporaryMode = 0x180; // 0600, until the content is verified

    private SafeRoot(string path, SafeFileHandle handle) => (Path, Handle) = (path, handle);

    /// <summary>The folder's path, for messages.</summary>
    public string Path { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>The bytes that can be written.</summary>
    public long FreeSpace => new DriveInfo(Path).AvailableFreeSpace;

    /// <summary>Opens a folder; makes it where it is missing. The path itself may lead through links: it is the user's own.</summary>
    public static SafeRoot Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
        }
        catch (IOException) when (Directory.Exists(full))
        {
            // A root that may not be written, or made by another process at this moment, opens all the same.
        }

        var handle = NativeMethods.OpenAt(NativeMethods.CurrentFolder, full, NativeMethods.Directory | NativeMethods.CloseOnExec, 0);
        return handle >= 0 ? new SafeRoot(full, new SafeFileHandle(handle, ownsHandle: true)) : throw SystemError.Last("open", path);
    }

    /// <summary>What a path stands for, its last component not followed; null where nothing is there.</summary>
    public FileStat? Stat(string path)
    {
        using var parent = Parent(path, create: false, out var name);
        return parent is null ? null : FileStat.At(parent, name, Shown(path));
    }

    /// <summary>Opens a regular file for reading; null where there is none.</summary>
    public SafeFileHandle? OpenRead(string path)
    {
        using var parent = Parent(path, create: false, out var name);
        return parent is null || FileStat.At(parent, name, Shown(path)) is not { Kind: FileKind.Regular }
            ? null : OpenFile(parent, name, NativeMethods.NoFollow | NativeMethods.NonBlocking, path);
    }

    /// <summary>Makes a new file for writing, that nobody else may read yet; the folders above it are made where they are missing.</summary>
    public SafeFileHandle CreateNew(string path)
    {
        using var parent = Parent(path, create: true, out var name)!;
        return OpenFile(parent, name, NativeMethods.ReadWrite | NativeMethods.Create | NativeMethods.Exclusive | NativeMethods.NoFollow, path);
    }

    /// <summary>Opens a file of ours for reading and writing, made where it is missing; nobody else may read it.</summary>
    public SafeFileHandle OpenOrCreate(string path)
    {
        using var parent = Parent(path, create: true, out var name)!;
        RefuseLink(parent, name, path);
        return OpenFile(parent, name, NativeMethods.ReadWrite | NativeMethods.Create | NativeMethods.NoFollow | NativeMethods.NonBlocking, path);
    }

    /// <summary>Renames a file, over one that is there; the folders above the new name are made.</summary>
    public void Move(string from, string to)
    {
        using var source = Parent(from, create: false, out var oldName) ?? throw SystemError.Of(NativeMethods.ENOENT, "move", Shown(from));
        using var target = Parent(to, create: true, out var newName)!;
        RefuseLink(target, newName, to);
        if (NativeMethods.RenameAt(source, oldName, target, newName) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != NativeMethods.EXDEV)
            {
                throw SystemError.Of(error, "write", Shown(to));
            }

            CopyAcross(source, oldName, target, newName, to);
        }
    }

    /// <summary>Gives a file another name, in the place of whatever file has that; false where the file system cannot.</summary>
    public bool TryLink(string from, string to, string temporary)
    {
        using var source = Parent(from, create: false, out var oldName) ?? throw SystemError.Of(NativeMethods.ENOENT, "link", Shown(from));
        using var target = Parent(to, create: true, out var newName)!;
        if (NativeMethods.LinkAt(source, oldName, target, newName, 0) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        if (error == NativeMethods.EEXIST)
        {
            using var aside = Parent(temporary, create: true, out var name)!;
            if (NativeMethods.LinkAt(source, oldName, aside, name, 0) == 0)
            {
                RefuseLink(target, newName, to);
                if (NativeMethods.RenameAt(aside, name, target, newName) == 0)
                {
                    // Renaming one name of a file over another one does nothing, so the first may be left.
                    _ = NativeMethods.UnlinkAt(aside, name, 0);
                    return true;
                }
            }

            error = Marshal.GetLastPInvokeError();
        }

        return error is NativeMethods.EXDEV or NativeMethods.EMLINK or NativeMethods.EPERM or NativeMethods.EOPNOTSUPP or NativeMethods.ENOSYS
            ? false : throw SystemError.Of(error, "link", Shown(to));
    }

    /// <summary>Removes a file, where it is there.</summary>
    public void Remove(string path)
    {
        using var parent = Parent(path, create: false, out var name);
        if (parent is not null && NativeMethods.UnlinkAt(parent, name, 0) != 0 && Marshal.GetLastPInvokeError() != NativeMethods.ENOENT)
        {
            throw SystemError.Last("remove", Shown(path));
        }
    }

    /// <summary>Opens a folder, made where it is missing if that is wanted; null where it is not there.</summary>
    public SafeFileHandle? OpenFolder(string path, bool create)
    {
        var current = OpenAt(Handle, ".", path, make: false) ?? throw SystemError.Last("open", Path);
        foreach (var range in path.AsSpan().Split('/'))
        {
            var component = path[range];
            if (component.Length == 0)
            {
                continue;
            }

            var next = OpenAt(current, component, path[..range.End.GetOffset(path.Length)], create);
            current.Dispose();
            if (next is null)
            {
                return null;
            }

            current = next;
        }

        return current;
    }

    /// <summary>The names in a folder; none where it is not there.</summary>
    public IReadOnlyList<string> Names(string path)
    {
        using var folder = OpenFolder(path, create: false);
        if (folder is null)
        {
            return [];
        }

        // By the handle where that is possible, so that no link that appears meanwhile is followed.
        var byHandle = $"/proc/self/fd/{folder.DangerousGetHandle()}";
        var listed = Directory.Exists(byHandle) ? byHandle : System.IO.Path.Combine(Path, path);
        return [.. Directory.EnumerateFileSystemEntries(listed).Select(entry => System.IO.Path.GetFileName(entry))];
    }

    /// <summary>A path for messages.</summary>
    public string Shown(string path) => System.IO.Path.Combine(Path, path);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private SafeFileHandle? Parent(string path, bool create, out string name)
    {
        var slash = path.LastIndexOf('/');
        name = path[(slash + 1)..];
        return OpenFolder(slash < 0 ? "" : path[..slash], create);
    }

    private SafeFileHandle? OpenAt(SafeFileHandle folder, string name, string path, bool make)
    {
        var flags = NativeMethods.Directory | NativeMethods.NoFollow | NativeMethods.CloseOnExec;
        for (var attempt = 0; ; attempt++)
        {
            var handle = NativeMethods.OpenAt((int)folder.DangerousGetHandle(), name, flags, 0);
            if (handle >= 0)
            {
                return new SafeFileHandle(handle, ownsHandle: true);
            }

            var error = Marshal.GetLastPInvokeError();
            if (error is NativeMethods.ELOOP or NativeMethods.ENOTDIR)
            {
                throw Unsafe(path, FileStat.At(folder, name, Shown(path)) is { Kind: FileKind.SymbolicLink } ? "a symbolic link" : "no folder");
            }

            if (error != NativeMethods.ENOENT || !make || attempt > 0)
            {
                return error == NativeMethods.ENOENT && !make ? null : throw SystemError.Of(error, "open", Shown(path));
            }

            if (NativeMethods.MakeDirectoryAt(folder, name, FolderMode) != 0 && Marshal.GetLastPInvokeError() != NativeMethods.EEXIST)
            {
                throw SystemError.Last("make the folder", Shown(path));
            }
        }
    }

    private SafeFileHandle OpenFile(SafeFileHandle parent, string name, int flags, string path)
    {
        var handle = NativeMethods.OpenAt((int)parent.DangerousGetHandle(), name, flags | NativeMethods.CloseOnExec, TemporaryMode);
        return handle >= 0 ? new SafeFileHandle(handle, ownsHandle: true) : throw SystemError.Last("open", Shown(path));
    }

    // A rename would replace the link, not what it points to; but whoever put it there wants to know.
    private void RefuseLink(SafeFileHandle folder, string name, string path)
    {
        if (FileStat.At(folder, name, Shown(path)) is { Kind: not FileKind.Regular } found)
        {
            throw Unsafe(path, found.Kind switch { FileKind.SymbolicLink => "a symbolic link", FileKind.Directory => "a folder", _ => "no regular file" });
        }
    }

    private BundleException Unsafe(string path, string what) => new Fault(FaultId.DestinationUnsafe, $"{Shown(path)} is {what}: nothing is written through it")
    {
        Entry = Shown(path),
        Hint = "remove it, or extract to another folder",
    }.ToException();

    private void CopyAcross(SafeFileHandle source, string oldName, SafeFileHandle target, string newName, string to)
    {
        var temporary = $".{newName[..Math.Min(newName.Length, 200)]}.bundle-{Random.Shared.NextInt64():x}";
        using (var input = OpenFile(source, oldName, NativeMethods.NoFollow, oldName))
        using (var output = OpenFile(target, temporary, NativeMethods.WriteOnly | NativeMethods.Create | NativeMethods.Exclusive | NativeMethods.NoFollow, to))
        {
            FileCopy.All(input, output);
            _ = NativeMethods.ChangeMode(output, (uint)FileStat.Of(input).Mode);
        }

        if (NativeMethods.RenameAt(target, temporary, target, newName) != 0)
        {
            var error = SystemError.Last("write", Shown(to));
            _ = NativeMethods.UnlinkAt(target, temporary, 0);
            throw error;
        }

        _ = NativeMethods.UnlinkAt(source, oldName, 0);
    }
}
