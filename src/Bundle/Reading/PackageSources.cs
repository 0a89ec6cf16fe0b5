using Bundle.Access;
using Bundle.Faults;
using Bundle.Format;
using Bundle.IO;
using Bundle.Net;
using Bundle.Parts;

namespace Bundle.Reading;

/// <summary>Finds out what an input is, and opens it.</summary>
internal static class PackageSources
{
    /// <summary>Opens an input as bytes that can be read at any place, or as a stream where that is all that it is.</summary>
    /// <param name="tolerant">Whether parts of a split package may be missing.</param>
    /// <exception cref="BundleException">It cannot be opened.</exception>
    public static (ByteSource? Source, Stream? Stream) Open(PackageInput input, bool tolerant)
    {
        if (input.Stream is { } given)
        {
            return (null, given);
        }

        return input.Url is { } url ? OpenUrl(url, input.Http, tolerant) : OpenPath(input.Path!, tolerant);
    }

    private static (ByteSource? Source, Stream? Stream) OpenPath(string path, bool tolerant)
    {
        try
        {
            if (SplitPackage.Find(path) is { } split)
            {
                return (new PartedSource(split.Path, split.List, part => OpenPart(split.PathOf(part)), split.PathOf, tolerant), null);
            }

            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
            return file.CanSeek ? (new FileSource(file.SafeFileHandle, path), null) : (null, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var hint = e is FileNotFoundException or DirectoryNotFoundException ? "check the path" : null;
            var message = Directory.Exists(path) ? $"{path} is a folder, not a package"
                : hint is null ? $"cannot open {path}: {e.Message}" : $"{path} does not exist";
            throw new Fault(FaultId.Io, message) { Entry = path, Hint = hint }.ToException(e);
        }
    }

    private static FileSource? OpenPart(string path)
    {
        RegularFile.Require(path);
        try
        {
            return new FileSource(File.OpenHandle(path, options: FileOptions.SequentialScan), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static (ByteSource? Source, Stream? Stream) OpenUrl(Uri url, HttpOptions http, bool tolerant)
    {
        var (source, stream, name) = HttpSource.Open(url, http);
        if (PartNames.PackageOfList(url.AbsolutePath) is not { } path)
        {
            return (source, stream);
        }

        var list = ReadList(source, stream, name);
        Uri At(int part) => new UriBuilder(url) { Path = PartNames.Of(path, part + 1) }.Uri;
        return (new PartedSource(PartNames.PackageOfList(name)!, list, part => OpenDistantPart(At(part), http), part => PartNames.Of(PartNames.PackageOfList(name)!, part + 1), tolerant), null);
    }

    private static PartsList ReadList(ByteSource? source, Stream? stream, string name)
    {
        using (source)
        using (stream)
        {
            var bytes = new byte[Limits.PartsList + 1];
            var length = (stream ?? source!.OpenStream()).ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= Limits.PartsList ? PartsListFormat.Read(bytes.AsSpan(0, length), name) : throw PartsListFormat.Invalid(name, "is too long [PART-3]").ToException();
        }
    }

    private static ByteSource? OpenDistantPart(Uri url, HttpOptions http)
    {
        try
        {
            var (source, stream, name) = HttpSource.Open(url, http);
            stream?.Dispose();
            return source ?? throw new Fault(FaultId.Http, $"the server gives no ranges of {name}, which parts need") { Entry = name, Hint = "download the parts, and give the path of one" }.ToException();
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.SourceMissing)
        {
            return null;
        }
    }
}
