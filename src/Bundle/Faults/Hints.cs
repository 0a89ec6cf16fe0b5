namespace Bundle.Faults;

/// <summary>What to do about what several rooms can meet.</summary>
internal static class Hints
{
    /// <summary>About damage, also where a check tells of it.</summary>
    public const string Again = "transfer the package again";

    /// <summary>About an index that no damage makes: its frame has its checksum.</summary>
    public const string NotOurs = "'bundle create' makes no such package: something else made it, or changed it; get it anew from where it was made";

    /// <summary>About damage that ended something other than a check.</summary>
    public const string Damaged = "'bundle verify' tells all that is damaged; transfer the package again, or mend it from a good copy with 'bundle repair'";
}
