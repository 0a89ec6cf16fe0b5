using Bundle.Faults;

namespace Bundle.Cli;

/// <summary>The exit codes; scripts rely on them. A signal that stopped the work gives 128 and its number.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Fine = 0;

    /// <summary>Not done: a source, a destination or the machine is at fault.</summary>
    public const int Failed = 1;

    /// <summary>The request itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The package is damaged or not a valid bundle.</summary>
    public const int Package = 3;

    /// <summary>Stopped by SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by SIGTERM.</summary>
    public const int Terminated = 143;

    /// <summary>The code of a kind of fault.</summary>
    public static int Of(FaultClass kind) => kind switch
    {
        FaultClass.Usage => Usage,
        FaultClass.Package => Package,
        _ => Failed,
    };
}
