using Bundle.Faults;
using Bundle.Format;
using Bundle.IO;
using Bundle.Keys;
using Bundle.Parts;
using Bundle.Reading;
using Bundle.Verify;

namespace Bundle.Signing;

/// <summary>Signs packages that are there already: all frames are copied as they are, but for that of the signatures.</summary>
public static class Signer
{
    /// <summary>Checks a package and adds a signature. The result appears under its name only when it is complete and flushed.</summary>
    /// <exception cref="BundleException">The package is damaged or signed often enough, or the output cannot be written.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static SignResult Run(SignOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options is { Output: { } path, Force: false } && Path.Exists(path))
        {
            throw AtomicOutput.Exists(path).ToException();
        }

        using var file = PackageFile.OpenFile(options.Input);
        var head = Verified(file, options, progress, cancellation);
        var kept = head.Signatures.FirstOrDefault(one => one.KeyId == options.Key.Id && options.Key.Holds(head.IndexBytes, one.Bytes.Span));
        var signatures = kept is not null ? head.Signatures : With(head, options.Key.SignIndex(head.IndexBytes));
        var size = file.Length!.Value;
        if (kept is null || options.Output is not null)
        {
            size = Write(file, head, signatures, options, progress, cancellation);
        }

        return new SignResult(head.BundleDigest, options.Key.Id, [.. signatures.Select(one => one.KeyId!.Value)], kept is null, size);
    }

    private static PackageHead Verified(PackageFile file, SignOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        if (file.Length is null)
        {
            throw new Fault(FaultId.Io, $"{file.Name} can only be read once, and signing reads a package twice") { Hint = "write the package to a file first" }.ToException();
        }

        if (file.Source is PartedSource && options.Output is null)
        {
            throw new Fault(FaultId.Io, $"{file.Name} is in parts, which are not signed in place") { Hint = "write the signed package elsewhere: --output FILE" }.ToException();
        }

        progress.Start("verifying", file.Length);
        var scan = new PackageScan(file, options.Threads, hash: null, progress, cancellation);
        return scan.Run() is { IsWhole: false } report
            ? throw (report.Faults[0] with { Hint = "a damaged package is not signed; 'bundle verify' tells all that is damaged" }).ToException()
            : scan.Head!;
    }

    private static List<BundleSignature> With(PackageHead head, BundleSignature signature)
    {
        List<BundleSignature> all = [.. head.Signatures.Where(one => one.KeyId != signature.KeyId), signature];
        all.Sort((left, right) => left.KeyId!.Value.CompareTo(right.KeyId!.Value));
        return all.Count <= Limits.BundleSignatures ? all : throw new Fault(FaultId.TooMuch, $"the package has {Limits.BundleSignatures} signatures already, which is the most [SIG-1]")
        {
            Hint = "create it anew to begin with none",
        }.ToException();
    }

    private static long Write(
        PackageFile file, PackageHead head, IReadOnlyList<BundleSignature> signatures, SignOptions options, IProgressSink progress, CancellationToken cancellation)
    {
        var tables = PackageTables.Require(file, new PackageLayout(head));
        progress.Start("writing", tables.DataLength);
        using var output = AtomicOutput.Create(options.Output ?? options.Input.Path!);
        long at = 0;
        var appender = new PackageAppender(bytes =>
        {
            FileCopy.Write(output.Handle, bytes.Span, at, options.Sync);
            at += bytes.Length;
        });
        var buffer = new byte[ZstdFrame.MaxLength];
        for (var i = 0; i < tables.Frames; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (i == head.Frames)
            {
                AppendSignatures(appender, new PackageLayout(head with { Signatures = signatures }), head.Frames);
            }

            if (i != head.Frames || head.Signatures.Count == 0)
            {
                Copy(file, tables, i, buffer, appender);
            }

            progress.Advance(tables[i].Compressed);
        }

        appender.Finish();
        cancellation.ThrowIfCancellationRequested();
        output.Commit(replace: options.Output is null || options.Force, options.Sync);
        return appender.Length;
    }

    private static void AppendSignatures(PackageAppender appender, PackageLayout layout, int number)
    {
        using var codec = new FrameCodec();
        var content = new byte[layout.Frames[number].Length];
        layout.Fill(layout.Frames[number], content, (_, _) => throw new InvalidOperationException("signatures are all known"));
        var frame = new byte[ZstdFrame.MaxLength];
        appender.Append(frame.AsMemory(0, codec.Compress(content, frame)), content.Length);
    }

    private static void Copy(PackageFile file, PackageTables tables, int number, byte[] buffer, PackageAppender appender)
    {
        var frame = buffer.AsMemory(0, (int)tables[number].Compressed);
        if (!file.TryRead(frame.Span, tables.OffsetOf(number)) || ZstdFrame.StatedChecksum(frame.Span) != tables[number].Checksum)
        {
            throw new Fault(FaultId.Io, $"{file.Name} was changed while it was read") { Hint = "sign it again when nothing else works on it" }.ToException();
        }

        appender.Append(frame, (int)tables[number].Content);
    }
}
