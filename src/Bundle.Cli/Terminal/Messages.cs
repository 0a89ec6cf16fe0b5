using Bundle.Cli.Output;
using Bundle.Faults;

namespace Bundle.Cli.Terminal;

/// <summary>
/// Speaks on standard error. Under --json it speaks only where something failed, with one object of the schema
/// <c>bundle.error/1</c>: id, message, hint, exitCode, and entry, offset, length, digest and images where they are known.
/// </summary>
internal sealed class Messages(bool json, bool quiet)
{
    /// <summary>Whether results and errors are JSON.</summary>
    public bool Json { get; } = json;

    /// <summary>Whether only errors are spoken of.</summary>
    public bool Quiet { get; } = quiet;

    /// <summary>A result's last word, for people.</summary>
    public void Summary(string text)
    {
        if (!Json && !Quiet)
        {
            Line("bundle: " + text);
        }
    }

    /// <summary>Things worth a word that did not stop the work; under --json they are in the result.</summary>
    public void Warnings(IEnumerable<string> texts)
    {
        foreach (var text in Json || Quiet ? [] : texts)
        {
            Line("bundle: warning: " + text);
        }
    }

    /// <summary>An error that is no <see cref="Fault"/>.</summary>
    public void Error(string id, string message, string? hint, int exitCode)
    {
        if (Json)
        {
            Line(JsonText.Write(json =>
            {
                json.WriteString("schema", "bundle.error/1");
                json.WriteString("id", id);
                json.WriteString("message", message);
                json.WriteString("hint", hint);
                json.WriteNumber("exitCode", exitCode);
            }));
            return;
        }

        Line("bundle: error: " + message);
        Hint(hint);
    }

    /// <summary>A fault that ended the work.</summary>
    public void Error(Fault fault, int exitCode)
    {
        if (Json)
        {
            Line(JsonText.Write(json =>
            {
                json.WriteString("schema", "bundle.error/1");
                JsonText.FaultMembers(json, fault);
                json.WriteNumber("exitCode", exitCode);
            }));
            return;
        }

        Line("bundle: error: " + fault.Message);
        foreach (var detail in FaultText.Details(fault))
        {
            Line("  " + detail);
        }

        Hint(fault.Hint);
    }

    /// <summary>One line, such as a JSON document that has no room on standard output.</summary>
    public static void Line(string text) => Console.Error.Write(Plain.Text(text) + "\n");

    private static void Hint(string? hint)
    {
        if (hint is not null)
        {
            Line("bundle: hint: " + hint);
        }
    }
}
