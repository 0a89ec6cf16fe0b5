namespace Bundle.Fuzz;

/// <summary>A place for files of this process, in memory where there is such a file system.</summary>
internal static class Scratch
{
    private static readonly string Folder = Make();

    /// <summary>A path in it.</summary>
    public static string Path(string name) => System.IO.Path.Combine(Folder, name);

    /// <summary>Writes a file.</summary>
    public static string Write(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(Path(name), bytes);
        return Path(name);
    }

    /// <summary>An empty folder.</summary>
    public static string Empty(string name)
    {
        var folder = Path(name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        return Directory.CreateDirectory(folder).FullName;
    }

    private static string Make()
    {
        var root = Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath();
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(root, $"bundle-fuzz-{Environment.ProcessId}")).FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
