using Bundle.Cli.Terminal;
using Bundle.Faults;

namespace Bundle.Cli;

/// <summary>Turns whatever ended the work into one readable error and an exit code; a stack trace never reaches the user.</summary>
internal static class Failures
{
    private const int NoSpaceOnDevice = 28; // ENOSPC, which .NET hands on as the HResult; the same on every Unix.

    /// <summary>Prints the error, and gives the exit code.</summary>
    public static int Report(Exception exception, Messages messages)
    {
        exception = Cause(exception);
        if (FdStream.StandardOutputBroken)
        {
            // Whoever read the output has gone, which is its own business: `bundle list … | head` is no error to speak of.
            return ExitCode.Failed;
        }

        if (exception is OperationCanceledException && Signals.Code is { } code)
        {
            messages.Error(Signals.Id, Signals.Text, hint: null, code);
            return code;
        }

        if (exception is UsageException usage)
        {
            messages.Error("usage", usage.Message, usage.Hint, ExitCode.Usage);
            return ExitCode.Usage;
        }

        if (ToFault(exception) is { } fault)
        {
            var exit = ExitCode.Of(fault.Id.Class);
            messages.Error(fault, exit);
            return exit;
        }

        var text = exception is OutOfMemoryException ? "out of memory" : $"internal: {exception.GetType().Name}: {exception.Message}";
        var hint = exception is OutOfMemoryException ? "try a smaller --threads" : "this is a bug in bundle; please report it with the command line";
        messages.Error("internal", text, hint, ExitCode.Failed);
        return ExitCode.Failed;
    }

    private static Fault? ToFault(Exception exception) => exception switch
    {
        BundleException bundle => bundle.Fault,
        IOException io when (io.HResult & 0xFFFF) == NoSpaceOnDevice => new Fault(FaultId.NoSpace, Sentence(io.Message)),
        UnauthorizedAccessException or IOException => new Fault(FaultId.Io, Sentence(exception.Message)),
        _ => null,
    };

    // Work on several threads may end in a bundle of exceptions: a fault says most, and a cancellation least.
    private static Exception Cause(Exception exception)
    {
        if (exception is not AggregateException aggregate)
        {
            return exception;
        }

        var inner = aggregate.Flatten().InnerExceptions;
        return inner.FirstOrDefault(one => one is BundleException)
            ?? inner.FirstOrDefault(one => one is not OperationCanceledException)
            ?? inner.FirstOrDefault() ?? exception;
    }

    // The framework's texts are sentences ("Could not find file '…'."); ours go on after a colon.
    private static string Sentence(string text)
    {
        var trimmed = text.TrimEnd('.', ' ');
        return trimmed.Length > 1 && char.IsUpper(trimmed[0]) && char.IsLower(trimmed[1])
            ? char.ToLowerInvariant(trimmed[0]) + trimmed[1..]
            : trimmed;
    }
}
