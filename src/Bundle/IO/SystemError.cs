using System.Runtime.InteropServices;
using Bundle.Faults;

namespace Bundle.IO;

/// <summary>Turns an errno into a fault.</summary>
internal static class SystemError
{
    /// <summary>The exception for the last failed call.</summary>
    public static BundleException Last(string action, string path) => Of(Marshal.GetLastPInvokeError(), action, path);

    /// <summary>The exception for an errno.</summary>
    /// <param name="action">What was tried, as a verb.</param>
    public static BundleException Of(int errno, string action, string path)
    {
        var full = errno is NativeMethods.ENOSPC or NativeMethods.EDQUOT;
        return new Fault(full ? FaultId.NoSpace : FaultId.Io, $"cannot {action} {path}: {Text(errno)}")
        {
            Entry = path,
            Hint = errno switch
            {
                NativeMethods.EACCES or NativeMethods.EPERM => "check the permissions, or run as a user who has them",
                NativeMethods.EROFS => "the file system is mounted read-only",
                NativeMethods.ENAMETOOLONG => "the name is longer than the file system allows; --as registry or --as oci need no such names",
                NativeMethods.EIO => "the disk failed; its state can be seen in the kernel's log",
                _ when full => "free some space, or choose another file system; what is there already is used when it is run again",
                _ => null,
            },
        }.ToException();
    }

    private static string Text(int errno)
    {
        var text = Marshal.GetPInvokeErrorMessage(errno);
        return text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }
}
