using Bundle.Faults;

namespace Bundle.IO;

/// <summary>Files that are read at any place, or for what they begin with. A pipe would keep whoever opens it waiting for a writer, a device gives what it likes.</summary>
internal static class RegularFile
{
    /// <summary>Refuses a pipe, a device or a socket; what is not there, or is a folder, is for the caller to tell.</summary>
    /// <exception cref="BundleException">It is one.</exception>
    public static void Require(string path)
    {
        if (FileStat.Of(path) is { Kind: FileKind.Other })
        {
            throw new Fault(FaultId.Io, $"{path} is a pipe or a device, and a file is needed here") { Entry = path, Hint = "write what comes out of it to a file first" }.ToException();
        }
    }

    /// <summary>Whether a path is that of a regular file, by links too.</summary>
    public static bool Exists(string path) => FileStat.Of(path) is { Kind: FileKind.Regular };
}
