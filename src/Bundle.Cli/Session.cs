using Bundle.Cli.Terminal;
using Bundle.Format;
using Bundle.Net;

namespace Bundle.Cli;

/// <summary>What a verb works with: its streams, how it speaks, and when it has to stop.</summary>
internal sealed class Session(Messages messages) : IDisposable
{
    private readonly Signals _signals = new();

    /// <summary>Standard error.</summary>
    public Messages Messages { get; } = messages;

    /// <summary>Cancelled by SIGINT and SIGTERM.</summary>
    public CancellationToken Cancellation => _signals.Token;

    /// <summary>How servers are spoken to.</summary>
    public HttpOptions Http { get; set; } = new();

    /// <summary>Standard output for text; closes with a flush, so dispose of it before the exit code is decided.</summary>
    public static TextWriter OpenOutput() => new StreamWriter(OpenOutputStream()) { NewLine = "\n" };

    /// <summary>Standard output for bytes.</summary>
    public static Stream OpenOutputStream() => FdStream.StandardOutput();

    /// <summary>The package that an argument names: a file, a split package, an http(s) address, or <c>-</c> for standard input.</summary>
    /// <exception cref="UsageException">Standard input is a terminal, so nothing is piped in.</exception>
    public PackageInput Input(string argument, string verb)
    {
        if (Uri.TryCreate(argument, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return PackageInput.At(url, Http with { Cancellation = Cancellation });
        }

        if (argument != "-")
        {
            return PackageInput.File(argument);
        }

        return Console.IsInputRedirected
            ? PackageInput.From(FdStream.StandardInput(Cancellation))
            : throw new UsageException("standard input is a terminal, not a package", $"pipe a package in: cat patch.tar.zst | bundle {verb} -");
    }

    /// <summary>Does some work, with a progress bar where somebody watches.</summary>
    public T WithProgress<T>(Func<IProgressSink, T> work) =>
        Messages is { Quiet: false, Json: false } && !Console.IsErrorRedirected ? ProgressBar.Run(work) : work(NoProgress.Instance);

    public void Dispose() => _signals.Dispose();
}
