using System.Diagnostics;
using Bundle.Create;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Injection;

/// <summary>Two extractions into one store at once: both end well, and the store holds what both gave it.</summary>
public sealed class TogetherTests : IDisposable
{
    private readonly TempFolder _temp = new(inMemory: true);

    public TogetherTests()
    {
        Samples.SampleSet.WriteKube(_temp["k"]);
        Samples.SampleSet.Write(_temp["s"]);

        // The same name with other content: only the reference is common.
        Samples.SampleSet.WriteKube(_temp["n"]);
        Directory.Delete(_temp["n/registry.k8s.io/kube-scheduler:v1.20.5"], recursive: true);
        Directory.Move(_temp["n/registry.k8s.io/kube-apiserver:v1.20.5"], _temp["n/registry.k8s.io/kube-scheduler:v1.20.5"]);
        foreach (var name in (string[])["k", "s", "n"])
        {
            Creator.Run(new CreateOptions { Sources = [_temp[name]], Output = _temp[name + ".tar.zst"], Sync = false }, NoProgress.Instance, CancellationToken.None);
        }
    }

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("dir", "k", "k")]
    [InlineData("registry", "k", "k")]
    [InlineData("oci", "k", "k")]
    [InlineData("dir", "k", "s")]
    [InlineData("registry", "k", "s")]
    [InlineData("oci", "k", "s")]
    [InlineData("dir", "k", "n")]
    [InlineData("registry", "k", "n")]
    [InlineData("oci", "k", "n")]
    public void Both_end_well(string form, string first, string second)
    {
        var orders = new[] { (first, second), (second, first) }.Select(order => After(form, order.Item1, order.Item2)).ToArray();
        for (var round = 0; round < (Figures.Depth is null ? 4 : 100); round++)
        {
            var folder = "together" + round;
            using var one = Start(form, first, folder);
            using var other = Start(form, second, folder);
            End(one);
            End(other);
            var found = Tree.Of(_temp[folder]);
            Assert.Empty(found.Temporary);

            // Which of two images keeps a name is a matter of who comes last.
            Assert.True(orders.Any(found.Holds), $"{first} and {second} as {form}, round {round}: neither the one nor the other order");
            Figures.Count($"extractions side by side: {first} and {second} as {form}");
        }
    }

    private Tree After(string form, string first, string second)
    {
        var folder = first + "-" + second;
        foreach (var package in (string[])[first, second])
        {
            using var process = Start(form, package, folder);
            End(process);
        }

        return Tree.Of(_temp[folder]);
    }

    private Process Start(string form, string package, string folder) => Process.Start(new ProcessStartInfo(
        Run.Bundle, ["extract", _temp[package + ".tar.zst"], "--as", form, "--to", _temp[folder], "--quiet"])
    { UseShellExecute = false, RedirectStandardError = true })!;

    private static void End(Process process)
    {
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
