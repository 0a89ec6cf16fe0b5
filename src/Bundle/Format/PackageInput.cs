namespace Bundle.Format;

/// <summary>Where a package comes from: a file, or a stream that is read once.</summary>
public sealed record PackageInput
{
    private PackageInput(string? path, Stream? stream, string name) => (Path, Stream, Name) = (path, stream, name);

    /// <summary>The file's path; null for a stream.</summary>
    public string? Path { get; }

    /// <summary>The stream; null for a file.</summary>
    public Stream? Stream { get; }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>A file. One that cannot seek, such as a named pipe, is read as a stream.</summary>
    public static PackageInput File(string path) => new(path, null, path);

    /// <summary>A stream, such as standard input.</summary>
    public static PackageInput From(Stream stream, string name = "standard input") => new(null, stream, name);
}
