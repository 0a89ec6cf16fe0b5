namespace Bundle.Repair;

/// <summary>A damaged package on disk, to be mended in place.</summary>
internal interface IPlace : IDisposable
{
    /// <summary>Writes bytes at an offset of the package.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes the package as long as it has to be, and flushes it.</summary>
    void Finish(long length, bool sync);
}
