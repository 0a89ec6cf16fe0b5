using System.Text;
using CliWrap;
using CliWrap.Buffered;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>Runs programs as a user would.</summary>
internal static class Run
{
    /// <summary>The program under test: BUNDLE_EXE, or the one that was built with the tests.</summary>
    public static string Bundle { get; } = Environment.GetEnvironmentVariable("BUNDLE_EXE") is { Length: > 0 } exe
        ? Path.GetFullPath(exe) : Path.Combine(AppContext.BaseDirectory, "Bundle.Cli");

    /// <summary>Runs <c>bundle</c>, whatever its exit code.</summary>
    public static Task<BufferedCommandResult> Cli(params string[] arguments) => Any(Bundle, arguments);

    /// <summary>Runs <c>bundle</c>, which has to succeed.</summary>
    public static async Task<BufferedCommandResult> Good(params string[] arguments) => Check(await Any(Bundle, arguments), "bundle", arguments);

    /// <summary>Runs another program, which has to succeed.</summary>
    public static async Task<BufferedCommandResult> Tool(string program, params string[] arguments) =>
        Check(await Any(program, arguments), program, arguments);

    /// <summary>Runs a shell script, which has to succeed; <c>$BUNDLE</c> is the program under test.</summary>
    public static async Task<BufferedCommandResult> Shell(string script, string? folder = null) =>
        Check(await AnyShell(script, folder), script, []);

    /// <summary>Runs a shell script, whatever its exit code.</summary>
    public static async Task<BufferedCommandResult> AnyShell(string script, string? folder = null) =>
        await Command("bash", ["-c", script]).WithWorkingDirectory(folder ?? Environment.CurrentDirectory).ExecuteBufferedAsync(Encoding.UTF8, TestContext.Current.CancellationToken);

    private static async Task<BufferedCommandResult> Any(string program, string[] arguments) =>
        await Command(program, arguments).ExecuteBufferedAsync(Encoding.UTF8, TestContext.Current.CancellationToken);

    private static Command Command(string program, string[] arguments) => CliWrap.Cli.Wrap(program).WithArguments(arguments)
        .WithValidation(CommandResultValidation.None)
        .WithEnvironmentVariables(environment => environment.Set("BUNDLE", Bundle).Set("SOURCE_DATE_EPOCH", null).Set("NO_COLOR", "1"));

    private static BufferedCommandResult Check(BufferedCommandResult result, string program, string[] arguments)
    {
        Assert.True(result.ExitCode == 0, $"{program} {string.Join(' ', arguments)} gave {result.ExitCode}:\n{result.StandardOutput}\n{result.StandardError}");
        return result;
    }
}
