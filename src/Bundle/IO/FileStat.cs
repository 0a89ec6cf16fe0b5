using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bundle.IO;

/// <summary>What a name stands for.</summary>
internal enum FileKind
{
    Other,
    Regular,
    Directory,
    SymbolicLink,
}

/// <summary>What makes a file one file, whatever its names.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileIdentity(ulong Device, ulong Inode);

/// <summary>What the file system says of a file.</summary>
/// <param name="Mode">Permission bits.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileStat(FileIdentity Identity, FileKind Kind, long Size, int Mode, long Links)
{
    /// <summary>Asks for a path, links followed; null where nothing is there.</summary>
    public static FileStat? Of(string path) => Ask(NativeMethods.CurrentFolder, path, 0, path);

    /// <summary>Asks for a path whose last component is not followed; null where nothing is there.</summary>
    public static FileStat? OfLink(string path) => Ask(NativeMethods.CurrentFolder, path, NativeMethods.NoFollowAt, path);

    /// <summary>Asks for an open file.</summary>
    public static FileStat Of(SafeFileHandle file) =>
        Ask((int)file.DangerousGetHandle(), "", NativeMethods.EmptyPath, "an open file") ?? throw new IOException("an open file cannot be found");

    /// <summary>Asks for a name in an open folder, links not followed; null where nothing is there.</summary>
    public static FileStat? At(SafeFileHandle folder, string name, string shown) =>
        Ask((int)folder.DangerousGetHandle(), name, NativeMethods.NoFollowAt, shown);

    private static FileStat? Ask(int folder, string path, int flags, string shown)
    {
        if (NativeMethods.Statx(folder, path, flags, NativeMethods.BasicStats, out var s) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is NativeMethods.ENOENT or NativeMethods.ENOTDIR ? null : throw SystemError.Of(error, "read", shown);
        }

        var kind = (s.Mode & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0xA000 => FileKind.SymbolicLink,
            _ => FileKind.Other,
        };
        return new FileStat(new FileIdentity(((ulong)s.DeviceMajor << 32) | s.DeviceMinor, s.Inode), kind, (long)s.Size, s.Mode & 0xFFF, s.Links);
    }
}
