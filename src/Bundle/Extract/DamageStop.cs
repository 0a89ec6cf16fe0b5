using Bundle.Faults;
using Bundle.Format;
using Bundle.Reading;

namespace Bundle.Extract;

/// <summary>Ends an extraction at the first damage, with its place and the images that it hits.</summary>
/// <param name="tables">Null where the package is read in one pass.</param>
internal sealed class DamageStop(PackageLayout layout, PackageTables? tables)
{
    private readonly DamagePlace _place = new(layout, tables);

    /// <summary>Takes a fault of a frame.</summary>
    /// <exception cref="BundleException">Always.</exception>
    public void Report(int number, Fault fault) => throw (_place.InFrame(number, fault) with
    {
        Hint = Hints.Damaged + "; what was extracted so far is kept and used then",
    }).ToException();
}
