namespace Bundle.Cli;

/// <summary>The request itself is wrong; ends the program with <see cref="ExitCode.Usage"/>.</summary>
/// <param name="message">One sentence, lower case, without a full stop.</param>
/// <param name="hint">What to type instead.</param>
internal sealed class UsageException(string message, string hint) : Exception(message)
{
    /// <summary>What to type instead.</summary>
    public string Hint { get; } = hint;
}
