using System.Collections.Concurrent;
using Bundle.Format;
using Bundle.Index;
using Bundle.IO;
using Bundle.Reading;

namespace Bundle.Extract;

/// <summary>Hands verified content to a target; large content is written while it is verified, under no final name.</summary>
internal sealed class TargetSink : IContentSink, IDisposable
{
    private readonly PackageLayout _layout;
    private readonly IExtractTarget _target;
    private readonly bool _noFiles;
    private readonly HashSet<Model.Digest> _signatures;
    private readonly ConcurrentDictionary<int, Lazy<IPendingFile>> _open = [];

    public TargetSink(PackageLayout layout, IExtractTarget target, IReadOnlyList<IndexImage> selected, bool noFiles)
    {
        (_layout, _target, _noFiles) = (layout, target, noFiles);
        _signatures = [.. selected.SelectMany(image => image.Signatures).Select(signature => signature.Digest)];
    }

    /// <inheritdoc/>
    public bool Wants(int entry)
    {
        var (kind, number, _) = _layout.Entries[entry];
        return kind switch
        {
            EntryKind.Blob => _target.Needs(number),
            EntryKind.Signature => _signatures.Contains(_layout.Signatures[number].Digest),
            EntryKind.File => !_noFiles && _target.NeedsFile(number),
            _ => false,
        };
    }

    /// <inheritdoc/>
    public void Piece(int entry, long offset, ReadOnlySpan<byte> data) =>
        _open.GetOrAdd(entry, e => new Lazy<IPendingFile>(() => Create(e))).Value.Write(data, offset);

    /// <inheritdoc/>
    public void Complete(int entry)
    {
        if (_open.TryRemove(entry, out var file))
        {
            using var pending = file.Value;
            pending.Publish();
        }
    }

    /// <inheritdoc/>
    public void Small(int entry, ReadOnlySpan<byte> data)
    {
        if (_layout.Entries[entry] is { Kind: EntryKind.Signature } signature)
        {
            _target.PutSignature(_layout.Signatures[signature.Number].Digest, data.ToArray());
            return;
        }

        using var file = Create(entry);
        file.Write(data, 0);
        file.Publish();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _open.Values)
        {
            file.Value.Dispose();
        }
    }

    private IPendingFile Create(int entry)
    {
        var (kind, number, _) = _layout.Entries[entry];
        return kind == EntryKind.File ? _target.CreateFile(number) : _target.Create(number);
    }
}
