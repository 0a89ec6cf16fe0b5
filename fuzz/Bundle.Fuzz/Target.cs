using Bundle.Faults;
using Bundle.Fuzz.Targets;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Fuzz;

/// <summary>Something that takes hostile bytes: it may refuse them with a fault of the package, and nothing else.</summary>
internal sealed record Target(string Name, Action<byte[]> Run)
{
    /// <summary>All targets.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        new("tar", TarTarget.Run),
        new("frames", FramesTarget.Run),
        new("index", IndexTarget.Run),
        new("manifest", bytes => Refusing<FormatException>(() => Manifest.Parse(bytes))),
        new("verify", VerifyTarget.Run),
        new("stream", StreamTarget.Run),
        new("differential", DifferentialTarget.Run),
        new("source", SourceTarget.Run),
        new("text", TextTarget.Run),
    ];

    /// <summary>Does something that may be refused in one way.</summary>
    public static bool Refusing<TException>(Action action)
        where TException : Exception
    {
        try
        {
            action();
            return true;
        }
        catch (TException e) when (e is not BundleException { Fault.Id.Class: not FaultClass.Package })
        {
            return false;
        }
    }

    /// <summary>Does something with what a user hands over, which may be refused with any fault but one of the machine's.</summary>
    public static bool RefusingInput(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (BundleException e) when (e.Fault.Id != FaultId.Io)
        {
            return false;
        }
    }

    /// <summary>A finding, unless something holds.</summary>
    public static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
