using Bundle.Extract;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Tests.Support;
using Bundle.Verify;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>A flipped bit anywhere, a cut anywhere: told, and never extracted as if nothing were.</summary>
public sealed class DamageTests
{
    /// <summary>One package; with BUNDLE_LONG in the environment, several.</summary>
    public static TheoryData<string> Packages => Environment.GetEnvironmentVariable("BUNDLE_LONG") is null
        ? ["good-minimal"] : ["good-minimal", "good-shared-layers", "good-multi-arch", "good-signatures", "good-files"];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Every_flipped_byte_is_told(string name)
    {
        var good = File.ReadAllBytes(Vectors.PathOf(name));
        Parallel.For(0, good.Length, at =>
        {
            foreach (var mask in (byte[])[0x01, 0x80])
            {
                var bad = (byte[])good.Clone();
                bad[at] ^= mask;
                Told(bad, $"byte {at} of {name} flipped by {mask}");
            }
        });
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Every_cut_is_told(string name)
    {
        var good = File.ReadAllBytes(Vectors.PathOf(name));
        Parallel.For(0, good.Length, length => Told(good[..length], $"{name} cut to {length} bytes"));
    }

    private static void Told(byte[] bad, string what)
    {
        var report = Verifier.Run(PackageInput.From(new Pipe(bad, 4096)), 1, NoProgress.Instance, CancellationToken.None);
        Assert.False(report.IsWhole, what);
        using var temp = new TempFolder();
        var path = temp.Write("p", bad);
        var fromFile = Verifier.Run(PackageInput.File(path), 1, NoProgress.Instance, CancellationToken.None);
        Assert.False(fromFile.IsWhole, what + ", as a file");
        Assert.All(fromFile.Faults, fault => Assert.True(fault.Offset is null or >= 0 && fault.Offset <= bad.Length, what));
        File.Delete(path);

        // From a pipe every byte passes by, so nothing may go unnoticed.
        Directory.CreateDirectory(temp["out"]);
        var fault = Destination.Extract(PackageInput.From(new Pipe(bad, 4096)), TargetForm.Registry, temp["out"]);
        Assert.True(fault is { Id.Class: FaultClass.Package }, what + ", extracted");
        Destination.HoldsNothingWrong(temp["out"], failed: true);
    }
}
