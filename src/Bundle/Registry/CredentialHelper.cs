using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bundle.Registry;

/// <summary>Asks a <c>docker-credential-NAME</c> program, as docker and podman do (docker-credential-helpers' protocol).</summary>
internal static partial class CredentialHelper
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The credentials for a server; null where the helper has none, or cannot be asked.</summary>
    /// <param name="note">Hears why a helper could not be asked.</param>
    public static Credentials? Get(string name, string server, Action<string> note)
    {
        // It becomes the name of a program to run.
        if (!NameGrammar().IsMatch(name))
        {
            note($"'{name}' is no credential helper");
            return null;
        }

        var program = "docker-credential-" + name;
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["get"])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            using var overdue = new Timer(_ => Stop(process), null, Patience, Timeout.InfiniteTimeSpan);
            // Read, lest the helper waits for a reader; whatever it says of a failure may hold a secret, and goes nowhere.
            process.BeginErrorReadLine();
            Tell(process, server);
            var answer = ReadAnswer(process.StandardOutput);
            process.WaitForExit();
            return process.ExitCode == 0 ? Parse(answer) : null;
        }
        catch (Exception e) when (e is Win32Exception or IOException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            note($"{program} could not be asked");
            return null;
        }
    }

    private static void Tell(Process process, string server)
    {
        try
        {
            process.StandardInput.Write(server + "\n");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It answers without having listened.
        }
    }

    private static string ReadAnswer(StreamReader output)
    {
        var buffer = new char[Limits.HelperAnswer + 1];
        var length = output.ReadBlock(buffer);
        return length < buffer.Length ? new string(buffer, 0, length) : throw new IOException("the answer is too long");
    }

    private static Credentials Parse(string answer)
    {
        using var document = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth });
        var user = document.RootElement.GetProperty("Username").GetString() ?? "";
        var secret = document.RootElement.GetProperty("Secret").GetString() ?? "";
        return user == "<token>" ? new Credentials("", "", secret) : new Credentials(user, secret);
    }

    private static void Stop(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended by itself.
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameGrammar();
}
