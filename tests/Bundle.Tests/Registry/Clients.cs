using System.Text;
using Bundle.Faults;
using Bundle.Model;
using Bundle.Registry;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Registry;

/// <summary>Clients to test with, which know nothing of whoever runs the tests.</summary>
internal static class Clients
{
    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static RegistryOptions Options { get; } = new() { TlsVerify = false, Credentials = new Credentials("nobody", "secret") };

    public static RegistryOptions Instant(InstantClock clock) => Options with { Clock = clock };

    public static RegistryClient Of(OddServer server, InstantClock? clock = null) => new(server.Host, Instant(clock ?? new InstantClock()));

    public static (Digest Digest, byte[] Bytes) Blob(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return (Digest.Of(bytes), bytes);
    }

    /// <summary>An artifact's manifest of one layer.</summary>
    public static (Digest Digest, byte[] Bytes) Manifest(Digest config, long configSize, Digest layer, long layerSize)
    {
        var json = $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"application/vnd.example.config","digest":"{{config}}","size":{{configSize}}},"layers":[{"mediaType":"application/vnd.example","digest":"{{layer}}","size":{{layerSize}}}]}
            """;
        var bytes = Encoding.UTF8.GetBytes(json);
        return (Digest.Of(bytes), bytes);
    }

    public static async Task<byte[]> ReadAll(Stream stream)
    {
        await using (stream)
        {
            using var result = new MemoryStream();
            await stream.CopyToAsync(result, Cancellation);
            return result.ToArray();
        }
    }

    public static async Task<Fault> Refused(FaultId id, Func<Task> act)
    {
        var fault = (await Assert.ThrowsAsync<BundleException>(act)).Fault;
        Assert.Equal((id, fault.Message), (fault.Id, fault.Message));
        return fault;
    }
}
