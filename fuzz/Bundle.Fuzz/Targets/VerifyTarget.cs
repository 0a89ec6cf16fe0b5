using Bundle.Extract;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.List;
using Bundle.Model;
using Bundle.Verify;

namespace Bundle.Fuzz.Targets;

/// <summary>A whole package: one verdict from a file and from a pipe; and what an extraction leaves is right.</summary>
internal static class VerifyTarget
{
    public static void Run(byte[] bytes) => Whole(bytes);

    /// <summary>Puts a package through every entry point; returns whether it is whole.</summary>
    public static bool Whole(byte[] bytes)
    {
        var path = Scratch.Write("package", bytes);
        var piped = Verifier.Run(Pipe(bytes), 1, NoProgress.Instance, CancellationToken.None);
        var filed = Verifier.Run(PackageInput.File(path), 1, NoProgress.Instance, CancellationToken.None);
        Target.Require(piped.IsWhole == filed.IsWhole, $"as a pipe {Verdict(piped)}, as a file {Verdict(filed)}");
        Target.Require(piped.Faults.Concat(filed.Faults).All(fault => fault.Offset is null or >= 0 && (fault.Offset ?? 0) <= bytes.Length), "a fault lies outside the package");

        _ = Target.Refusing<BundleException>(() => Lister.Run(Pipe(bytes)));
        // Folders deeper than a path of the system may be could be written, but not be walked by name afterwards.
        var noFiles = piped.Index?.Files.Any(file => file.Path.Length > 1000) ?? false;
        var extracted = Extract(Pipe(bytes), piped.Index, noFiles);
        Target.Require(extracted || !piped.IsWhole || piped.Index!.IsIncremental, "a whole package is not extracted");
        Target.Require(!extracted || piped.IsWhole || noFiles, "a damaged package is extracted from a pipe as if nothing were");
        _ = Extract(PackageInput.File(path), piped.Index, noFiles);
        return piped.IsWhole;
    }

    private static string Verdict(VerifyReport report) => report.IsWhole ? "whole" : report.Faults[0].Message;

    private static PackageInput Pipe(byte[] bytes) => PackageInput.From(new MemoryStream(bytes, writable: false));

    // What a base lends is not in an empty folder: an incremental package is refused there, and not because it is damaged.
    private static void Run(ExtractOptions options)
    {
        try
        {
            Extractor.Run(options, NoProgress.Instance, CancellationToken.None);
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.BaseMissing)
        {
            throw (e.Fault with { Id = FaultId.ContentDamaged }).ToException(e);
        }
    }

    private static bool Extract(PackageInput input, BundleIndex? index, bool noFiles)
    {
        var to = Scratch.Empty("out");
        var options = new ExtractOptions
        {
            Input = input,
            Form = TargetForm.Registry,
            To = to,
            FilesTo = Path.Combine(to, "files"),
            NoFiles = noFiles,
            Sync = false,
            Threads = 1,
        };
        var done = Target.Refusing<BundleException>(() => Run(options));
        foreach (var path in Directory.EnumerateFiles(to, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(to, path);
            if (name.StartsWith("files/", StringComparison.Ordinal))
            {
                var file = index?.Files.SingleOrDefault(one => one.Path == name["files/".Length..]);
                Target.Require(file is not null && Digest.Of(File.ReadAllBytes(path)) == file.Digest, "wrong bytes in " + name);
                continue;
            }

            var data = Path.GetFileName(path) == "data";
            Target.Require(!data || Digest.Of(File.ReadAllBytes(path)).Hex == Path.GetFileName(Path.GetDirectoryName(path)), "wrong bytes under a final name");
            Target.Require(done || data, name + " is left after a failure");
        }

        return done;
    }
}
