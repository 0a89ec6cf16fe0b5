using Bundle.Reading;

namespace Bundle.Repair;

/// <summary>Where repaired bytes go.</summary>
internal interface IRepairTarget : IDisposable
{
    /// <summary>Writes good bytes at an offset of the package.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes the package as long as it has to be, and flushes it.</summary>
    void Finish(long length, bool sync);

    /// <summary>Opens the result, under no final name yet where it is a copy.</summary>
    PackageFile OpenResult();

    /// <summary>The result is whole.</summary>
    void Accept();
}
