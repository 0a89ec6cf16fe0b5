using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bundle.IO;

/// <summary>The Linux calls that .NET does not offer: work relative to an open folder, without following links.</summary>
internal static partial class NativeMethods
{
    public const int WriteOnly = 1, ReadWrite = 2, Create = 0x40, Exclusive = 0x80, NonBlocking = 0x800, CloseOnExec = 0x80000;
    public const int CurrentFolder = -100, NoFollowAt = 0x100, RemoveDirectory = 0x200, EmptyPath = 0x1000, NoReplace = 1, BasicStats = 0x7FF;
    private const int LockExclusive = 2, LockNonBlocking = 4, Unlocked = 8, WriteRange = 2;

    public const int ENOENT = 2, EIO = 5, EAGAIN = 11, EACCES = 13, EEXIST = 17, EXDEV = 18, ENOTDIR = 20, EISDIR = 21, EINVAL = 22, ENOSPC = 28, EROFS = 30, EMLINK = 31,
        EPERM = 1, ENOSYS = 38, ENAMETOOLONG = 36, ENOTEMPTY = 39, ELOOP = 40, EOPNOTSUPP = 95, EDQUOT = 122;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>These two flags differ between the architectures of Linux.</summary>
    public static int Directory => Arm ? 0x4000 : 0x10000;

    /// <summary>O_TMPFILE: a file without a name in a folder.</summary>
    public static int TemporaryFile => 0x400000 | Directory;

    public static int NoFollow => Arm ? 0x8000 : 0x20000;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(int folder, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectoryAt(SafeFileHandle folder, string path, uint mode);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LinkAt(SafeFileHandle oldFolder, string oldPath, SafeFileHandle newFolder, string newPath, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(SafeFileHandle oldFolder, string oldPath, SafeFileHandle newFolder, string newPath);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt2(SafeFileHandle oldFolder, string oldPath, SafeFileHandle newFolder, string newPath, uint flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(SafeFileHandle folder, string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int folder, string path, int flags, uint mask, out StatxBuffer buffer);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);

    /// <summary>Gives a lock back at once: a child process that is just being started may hold the open file for a moment longer than we do.</summary>
    public static void Unlock(SafeFileHandle file) => _ = Lock(file, Unlocked);

    /// <summary>Locks an open file or folder for this process, unless another has it.</summary>
    public static bool TryLock(SafeFileHandle file) => Lock(file, LockExclusive | LockNonBlocking) == 0;

    /// <summary>The same, true too where the file system has no locks: then nobody finds what is in use to be free either.</summary>
    public static bool LockOrNone(SafeFileHandle file) => TryLock(file) || Marshal.GetLastPInvokeError() != EAGAIN;

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    public static partial int Allocate(SafeFileHandle file, long offset, long length);

    /// <summary>Begins to bring a range of a file to the disk, and waits for nothing; errors show when the file is flushed.</summary>
    public static void StartWriting(SafeFileHandle file, long offset, long length) => _ = SyncFileRange(file, offset, length, WriteRange);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    /// <summary>The kernel's struct statx, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatxBuffer
    {
        [FieldOffset(16)]
        public uint Links;
        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(136)]
        public uint DeviceMajor;
        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
