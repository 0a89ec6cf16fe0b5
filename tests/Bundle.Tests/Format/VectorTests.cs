using Bundle.Extract;
using Bundle.Faults;
using Bundle.Format;
using Bundle.List;
using Bundle.Tests.Support;
using Bundle.Verify;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>Every vector of the spec through every entry point, from a file and from a pipe.</summary>
public sealed class VectorTests
{
    public static TheoryData<string> Valid => Vectors.Valid;

    public static TheoryData<string> Invalid => Vectors.Invalid;

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_package_is_whole_and_extracts_in_every_form(string name)
    {
        foreach (var input in Inputs(name))
        {
            var report = Verifier.Run(input(), 2, NoProgress.Instance, TestContext.Current.CancellationToken);
            Assert.Empty(report.Faults);
            Assert.Equal(report.BundleDigest, Lister.Run(input()).BundleDigest);
            var incremental = report.Index!.IsIncremental;
            foreach (var form in Enum.GetValues<TargetForm>())
            {
                using var temp = new TempFolder();
                var fault = Destination.Extract(input(), form, temp["out"]);

                // What docker cannot load is no archive for it. A file system has a limit that the format has not; and what a base lends is not in an empty folder.
                var unloadable = form == TargetForm.DockerArchive && fault?.Id == FaultId.ImageUnknown;
                Assert.True(unloadable || (incremental ? fault?.Id == FaultId.BaseMissing : fault is null || fault.Id == FaultId.NameInvalid), fault?.Message);
                Check(temp, form, fault);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_package_is_refused_and_nothing_wrong_appears(string name)
    {
        // Where a file's tables lead to every frame, an extraction proves the content by its digests and has no use for what only finds damage.
        string[] finders = ["range-1-", "seek-1-checksum", "part-2-longer", "part-4-bundle-digest", "part-4-digest"];
        foreach (var input in Inputs(name))
        {
            Assert.False(IsWhole(input()));
            try
            {
                Lister.Run(input());
            }
            catch (BundleException e)
            {
                Assert.Equal(FaultClass.Package, e.Fault.Id.Class);
            }

            foreach (var form in Enum.GetValues<TargetForm>())
            {
                using var temp = new TempFolder();
                var fault = Destination.Extract(input(), form, temp["out"]);
                Assert.True(fault is not null || (input().Path is not null && finders.Any(finder => name.StartsWith(finder, StringComparison.Ordinal))), "it is extracted");
                Assert.True(fault is null || fault.Id.Class == FaultClass.Package || fault.Id == FaultId.NameInvalid || fault.Id == FaultId.BaseMissing
                    || (form == TargetForm.DockerArchive && fault.Id == FaultId.ImageUnknown), fault?.Message);
                Check(temp, form, fault);
            }
        }
    }

    // A list of parts that cannot be read says nothing of the package, so it ends a check rather than being part of a report.
    private static bool IsWhole(PackageInput input)
    {
        try
        {
            return Verifier.Run(input, 2, NoProgress.Instance, TestContext.Current.CancellationToken).IsWhole;
        }
        catch (BundleException e) when (e.Fault.Id == FaultId.PartsListInvalid || e.Fault.Id == FaultId.VersionUnknown)
        {
            return false;
        }
    }

    // A package that is refused by its head alone leaves no folder, and an archive appears only when it is whole.
    private static void Check(TempFolder temp, TargetForm form, Fault? fault)
    {
        if (fault is not null && !Path.Exists(temp["out"]))
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(temp.Path));
            return;
        }

        Assert.Equal(form == TargetForm.DockerArchive, File.Exists(temp["out"]));
        Destination.HoldsNothingWrong(temp["out"], failed: fault is not null);
    }

    private static Func<PackageInput>[] Inputs(string name)
    {
        var path = Vectors.PathOf(name);
        var bytes = File.ReadAllBytes(path);
        return path.EndsWith(".parts", StringComparison.Ordinal) ? [() => PackageInput.File(path)] : [() => PackageInput.File(path), () => PackageInput.From(new Pipe(bytes))];
    }
}
