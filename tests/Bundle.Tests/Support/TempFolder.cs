namespace Bundle.Tests.Support;

/// <summary>A folder that lasts as long as a test.</summary>
internal sealed class TempFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    /// <param name="inMemory">Whether it lies on a file system in memory, where there is one.</param>
    public TempFolder(bool inMemory = false) => Path = inMemory && Directory.Exists(Memory)
        ? Directory.CreateDirectory($"{Memory}/bundle-test-{Guid.NewGuid():N}").FullName : Directory.CreateTempSubdirectory("bundle-test-").FullName;

    public string Path { get; }

    /// <summary>A path below it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file below it, with the folders above.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    public void Dispose()
    {
        // Not Directory.Delete, which cannot remove paths longer than the system takes in one piece.
        System.Diagnostics.Process.Start("rm", ["-rf", Path]).WaitForExit();
    }
}
