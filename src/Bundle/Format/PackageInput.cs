using Bundle.Net;

namespace Bundle.Format;

/// <summary>Where a package comes from: a file or the parts of one, a server, or a stream that is read once.</summary>
public sealed record PackageInput
{
    private PackageInput(string? path, Stream? stream, string name) => (Path, Stream, Name) = (path, stream, name);

    /// <summary>The file's path; null for anything else.</summary>
    public string? Path { get; }

    /// <summary>The address on a server; null for anything else.</summary>
    public Uri? Url { get; private init; }

    /// <summary>How the server is spoken to.</summary>
    public HttpOptions Http { get; private init; } = new();

    /// <summary>The stream; null for anything else.</summary>
    public Stream? Stream { get; }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>A file, or a split package's list, first part or name. A file that cannot seek, such as a named pipe, is read as a stream.</summary>
    public static PackageInput File(string path) => new(path, null, path);

    /// <summary>A file on a server, or a split package's list there, by http or https. Where the server gives no ranges it is read as a stream.</summary>
    public static PackageInput At(Uri url, HttpOptions http) => new(null, null, url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)) { Url = url, Http = http };

    /// <summary>A stream, such as standard input.</summary>
    public static PackageInput From(Stream stream, string name = "standard input") => new(null, stream, name);
}
