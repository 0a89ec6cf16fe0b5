using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.IO;
using Bundle.Model;
using Bundle.Parts;
using Microsoft.Win32.SafeHandles;

namespace Bundle.Create;

/// <summary>
/// Writes a package as parts. They are gathered in a staging folder beside their place and get their names when all of them are complete
/// and flushed; the list comes last. What a former run left under these names is removed first, its list before its parts, so that at no moment
/// a list stands beside parts that are not its own.
/// </summary>
internal sealed class PartsOutput : IDisposable
{
    private readonly SafeRoot _folder;
    private readonly Staging _staging;
    private readonly string _path, _name;
    private readonly long _partSize;
    private readonly bool _sync;
    private readonly List<(string Path, PackagePart Part)> _done = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private SafeFileHandle? _current;
    private string _currentPath = "";
    private long _filled;

    public PartsOutput(string path, long partSize, bool sync)
    {
        var (parent, name) = AtomicOutput.Resolve(path);
        (_path, _name, _partSize, _sync) = (path, name, partSize, sync);
        _folder = SafeRoot.Open(parent);
        try
        {
            _staging = Staging.Create(_folder, sync);
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    /// <summary>A file that is in the way of a split package; null where there is none.</summary>
    public static string? Existing(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return Path.Exists(path) ? path : Path.Exists(PartNames.ListOf(path)) ? PartNames.ListOf(path)
            : Directory.Exists(folder) ? PartsOf(Path.GetFileName(path), Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file))).Select(name => Path.Combine(folder, name)).FirstOrDefault() : null;
    }

    /// <summary>More of the package.</summary>
    /// <exception cref="BundleException">There would be too many parts.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            _current ??= Begin();
            var piece = bytes[..(int)Math.Min(bytes.Length, _partSize - _filled)];
            FileCopy.Write(_current, piece, _filled, _sync);
            _hash.AppendData(piece);
            _filled += piece.Length;
            bytes = bytes[piece.Length..];
            if (_filled == _partSize)
            {
                End();
            }
        }
    }

    /// <summary>Gives the parts their names, and writes the list.</summary>
    /// <param name="replace">Whether what is there under these names is removed.</param>
    public PartsList Commit(Digest bundleDigest, bool replace)
    {
        End();
        if (!replace && Existing(_path) is { } existing)
        {
            throw AtomicOutput.Exists(existing).ToException();
        }

        var list = new PartsList(bundleDigest, _done.Sum(one => one.Part.Size), [.. _done.Select(one => one.Part)]);
        var listPath = _staging.NewPath();
        using (var file = _folder.CreateNew(listPath))
        {
            FileCopy.Write(file, PartsListFormat.Write(list), 0);
            Complete(file);
        }

        RemoveFormer();
        for (var i = 0; i < _done.Count; i++)
        {
            _folder.Move(_done[i].Path, PartNames.Of(_name, i + 1));
        }

        Flush();
        _folder.Move(listPath, PartNames.ListOf(_name));
        Flush();
        return list;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _current?.Dispose();
        _staging.Dispose();
        _folder.Dispose();
        _hash.Dispose();
    }

    private static IEnumerable<string> PartsOf(string package, IEnumerable<string> names) =>
        names.Where(name => PartNames.PackageOfPart(name) is { } part && part.Package == package).Order(StringComparer.Ordinal);

    private SafeFileHandle Begin()
    {
        if (_done.Count == Limits.Parts)
        {
            throw new Fault(FaultId.TooMuch, $"the package does not fit into {Limits.Parts} parts of {_partSize} bytes [PART-1]")
            {
                Hint = "give a larger --split",
            }.ToException();
        }

        _currentPath = _staging.NewPath();
        return _folder.CreateNew(_currentPath);
    }

    private void End()
    {
        if (_current is null)
        {
            return;
        }

        Complete(_current);
        _current.Dispose();
        _done.Add((_currentPath, new PackagePart(_filled, Digest.Finish(_hash))));
        (_current, _filled) = (null, 0);
    }

    private void Complete(SafeFileHandle file)
    {
        if (NativeMethods.ChangeMode(file, AtomicOutput.FinalMode) != 0 || (_sync && NativeMethods.Sync(file) != 0))
        {
            throw SystemError.Last("write", _path);
        }
    }

    private void RemoveFormer()
    {
        _folder.Remove(PartNames.ListOf(_name));
        Flush();
        foreach (var name in PartsOf(_name, _folder.Names("")).Append(_name))
        {
            _folder.Remove(name);
        }
    }

    private void Flush()
    {
        if (_sync && NativeMethods.Sync(_folder.Handle) != 0)
        {
            throw SystemError.Last("flush", _path);
        }
    }
}
