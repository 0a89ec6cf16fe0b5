namespace Bundle;

/// <summary>Hears how far an operation is; calls come from any thread, in no order.</summary>
public interface IProgressSink
{
    /// <summary>A phase begins.</summary>
    /// <param name="phase">What is done, such as <c>checking sources</c> or <c>writing</c>.</param>
    /// <param name="totalBytes">How much there is to do; null where that is unknown.</param>
    void Start(string phase, long? totalBytes);

    /// <summary>So many more bytes of the phase are done; less than none where something was in vain, and is done anew.</summary>
    void Advance(long bytes);
}

/// <summary>Hears nothing.</summary>
public sealed class NoProgress : IProgressSink
{
    /// <summary>The one instance.</summary>
    public static readonly NoProgress Instance = new();

    /// <inheritdoc/>
    public void Start(string phase, long? totalBytes)
    {
    }

    /// <inheritdoc/>
    public void Advance(long bytes)
    {
    }
}
