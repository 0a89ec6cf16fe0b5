namespace Bundle.Sources.Trees;

/// <summary>What an entry of a tar archive is.</summary>
internal enum TarKind
{
    File,
    Folder,
    HardLink,
    SymbolicLink,
}

/// <summary>An entry of a tar archive.</summary>
/// <param name="Path">Normalised: no empty parts, no dots.</param>
/// <param name="Offset">Where a file's data begins in the archive.</param>
/// <param name="Link">What a link points to, as it stands there.</param>
internal sealed record TarMember(string Path, TarKind Kind, long Offset, long Size, string? Link);
