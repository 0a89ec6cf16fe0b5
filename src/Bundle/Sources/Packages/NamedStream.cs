using Bundle.Faults;
using Bundle.IO;

namespace Bundle.Sources.Packages;

/// <summary>What is read from one package of several: a fault says which one it is.</summary>
internal sealed class NamedStream(Stream inner, string package) : ForwardStream
{
    /// <summary>Does something with a package; where that is damaged, says which one.</summary>
    /// <exception cref="BundleException">It is.</exception>
    public static T Blame<T>(string package, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (BundleException e) when (IsSilent(e, package))
        {
            throw Named(e, package);
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return inner.Read(buffer);
        }
        catch (BundleException e) when (IsSilent(e, package))
        {
            throw Named(e, package);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool IsSilent(BundleException e, string package) => e.Fault.Id.Class == FaultClass.Package && !e.Fault.Message.Contains(package, StringComparison.Ordinal);

    private static BundleException Named(BundleException e, string package) => (e.Fault with { Message = $"{package}: {e.Fault.Message}" }).ToException(e);
}
