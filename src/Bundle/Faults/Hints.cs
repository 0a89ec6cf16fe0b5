namespace Bundle.Faults;

/// <summary>What to do about what several rooms can meet.</summary>
internal static class Hints
{
    /// <summary>About damage that ended something other than a check.</summary>
    public const string Damaged = "'bundle verify' tells all that is damaged; transfer the package again, or mend it from a good copy with 'bundle repair'";
}
