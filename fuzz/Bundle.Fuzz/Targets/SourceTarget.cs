using Bundle.Create;
using Bundle.Format;
using Bundle.Verify;

namespace Bundle.Fuzz.Targets;

/// <summary>An archive of images, as every kind of source that it can be: refused with a fault that is no failure of the machine's, or made into a package that is whole.</summary>
internal static class SourceTarget
{
    private static readonly string[] Transports = ["", "registry:", "oci-archive:", "docker-archive:", "bundle:"];

    public static void Run(byte[] bytes)
    {
        var archive = Scratch.Write("images", bytes);
        var folder = Scratch.Empty("made");
        foreach (var transport in Transports)
        {
            var package = Path.Combine(folder, "package");
            if (Create(transport + archive, package))
            {
                var report = Verifier.Run(PackageInput.File(package), 1, NoProgress.Instance, CancellationToken.None);
                Target.Require(report.IsWhole, transport + ": the package is not whole: " + (report.IsWhole ? "" : report.Faults[0].Message));
                File.Delete(package);
            }

            Target.Require(!Directory.EnumerateFileSystemEntries(folder).Any(), transport + ": something is left");
        }
    }

    private static bool Create(string source, string package)
    {
        var options = new CreateOptions { Sources = [source], Output = package, Sync = false, Threads = 1 };
        return Target.RefusingInput(() => Creator.Run(options, NoProgress.Instance, CancellationToken.None));
    }
}
