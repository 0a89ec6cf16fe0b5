namespace Bundle.Reading;

/// <summary>Takes the content of a package as it is checked. Calls come from any thread.</summary>
internal interface IContentSink
{
    /// <summary>Whether an entry's content is wanted; asked before it is read.</summary>
    bool Wants(int entry);

    /// <summary>A piece of a large entry, not verified yet. Pieces come in any order, each once.</summary>
    void Piece(int entry, long offset, ReadOnlySpan<byte> data);

    /// <summary>All pieces of a large entry came, and its size and digest hold.</summary>
    void Complete(int entry);

    /// <summary>A small entry, verified.</summary>
    void Small(int entry, ReadOnlySpan<byte> data);
}

/// <summary>Wants everything, keeps nothing.</summary>
internal sealed class CheckingSink : IContentSink
{
    /// <inheritdoc/>
    public bool Wants(int entry) => true;

    /// <inheritdoc/>
    public void Piece(int entry, long offset, ReadOnlySpan<byte> data)
    {
    }

    /// <inheritdoc/>
    public void Complete(int entry)
    {
    }

    /// <inheritdoc/>
    public void Small(int entry, ReadOnlySpan<byte> data)
    {
    }
}
