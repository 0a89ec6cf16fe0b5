using Bundle.Reading;

namespace Bundle.Repair;

/// <summary>Where repaired bytes go. Nothing of them is to be seen under the name that the user knows before <see cref="Accept"/>.</summary>
internal interface IRepairTarget : IDisposable
{
    /// <summary>Whether the bytes of a range are here already, brought by a run that was stopped.</summary>
    bool Has(int range);

    /// <summary>Writes the bytes of the copy at an offset of the package.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Opens the package as it will be.</summary>
    PackageFile OpenResult();

    /// <summary>The result is whole: the package becomes it.</summary>
    void Accept();

    /// <summary>The result is not whole: nothing of it is kept.</summary>
    void Reject();
}
