using System.Runtime.InteropServices;

namespace Bundle.Cli;

/// <summary>SIGINT and SIGTERM: the first cancels, so that the work unwinds and leaves nothing half-written; a second one exits at once.</summary>
internal sealed partial class Signals : IDisposable
{
    private static int s_code;
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public Signals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => On(context, ExitCode.Interrupted));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => On(context, ExitCode.Terminated));
    }

    /// <summary>The exit code of the signal that came; null where none came.</summary>
    public static int? Code => Volatile.Read(ref s_code) is var code and not 0 ? code : null;

    /// <summary>The signal that came, as an error's id.</summary>
    public static string Id => Code == ExitCode.Terminated ? "terminated" : "interrupted";

    /// <summary>The signal that came, as an error's text.</summary>
    public static string Text => Code == ExitCode.Terminated ? "terminated by SIGTERM" : "interrupted";

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void On(PosixSignalContext context, int code)
    {
        context.Cancel = true;
        if (Interlocked.CompareExchange(ref s_code, code, 0) != 0)
        {
            Terminal.ProgressBar.RestoreCursor();
            Exit(code);
        }

        _source.Cancel();
    }

    // Environment.Exit would wait for whatever hangs; the user has just asked a second time.
    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Exit(int code);
}
