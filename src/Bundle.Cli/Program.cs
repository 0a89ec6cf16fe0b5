using Bundle.Cli.Commands;
using Bundle.Cli.Terminal;

namespace Bundle.Cli;

/// <summary>The entry point: what the arguments ask for, done, as an exit code (see <see cref="ExitCode"/>).</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (Suggestions.TryAnswer(args))
        {
            return ExitCode.Fine;
        }

        var messages = new Messages(json: Array.IndexOf(args, "--json") >= 0, quiet: Array.IndexOf(args, "--quiet") >= 0);
        try
        {
            return CommandLine.Run(args, messages);
        }
        catch (Exception exception)
        {
            return Failures.Report(exception, messages);
        }
    }
}
