using System.Diagnostics;
using System.Globalization;

namespace Bundle.Tests.Support;

/// <summary>What a run of the program took.</summary>
/// <param name="Memory">The most that was resident, in bytes (VmHWM of proc(5)).</param>
internal sealed record Cost(int Exit, string Output, string Error, TimeSpan Time, long Memory)
{
    private const string Highest = "VmHWM:";

    /// <summary>Runs the program in a folder.</summary>
    /// <param name="input">What is piped to it; null for nothing.</param>
    public static async Task<Cost> Of(string folder, IEnumerable<string> arguments, byte[]? input = null)
    {
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(Run.Bundle, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error, feeding) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync(), Task.Run(() => Feed(process, input ?? [])));
        long memory = 0;
        while (!process.HasExited)
        {
            memory = Math.Max(memory, Peak(process.Id));
            Thread.Sleep(2);
        }

        await feeding;
        return new Cost(process.ExitCode, await output, await error, watch.Elapsed, memory);
    }

    private static long Peak(int process)
    {
        try
        {
            // A process that has just ended has a status, but no memory.
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith(Highest, StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line[Highest.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static void Feed(Process process, byte[] input)
    {
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read all.
        }
    }
}
