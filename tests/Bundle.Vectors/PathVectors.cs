using Bundle.Faults;

namespace Bundle.Vectors;

/// <summary>Indexes whose files break a rule.</summary>
internal static class PathVectors
{
    public static void AddTo(VectorSet set)
    {
        foreach (var (kind, mode) in new[] { ("setuid", "4755"), ("sticky", "1755"), ("short", "755"), ("long", "00755"), ("digit", "0758"), ("empty", "") })
        {
            set.Bad("idx-16-mode-" + kind, "IDX-16", FaultId.IndexInvalid, "a file's mode: " + kind, forge => forge.Replace("\"mode\":\"0755\"", "\"mode\":\"" + mode + "\""));
        }

        set.Bad("idx-16-order", "IDX-16", FaultId.IndexInvalid, "files not in order", forge => forge.Files(files => [files[0], files[0] with { Path = "a" }]));
        set.Bad("idx-16-order-utf16", "IDX-16", FaultId.IndexInvalid, "files in order of UTF-16, not of UTF-8", forge =>
            forge.Files(files => [files[0] with { Path = "😀" }, files[0] with { Path = "\uFFFD" }]));
        set.Bad("idx-16-twice", "IDX-16", FaultId.IndexInvalid, "a file twice", forge => forge.Files(files => [files[0], files[0]]));
        (string Kind, string Path)[] paths =
        [
            ("empty", ""), ("absolute", "/etc/passwd"), ("dot-dot", "../x"), ("dot-dot-inside", "a/../../x"), ("dot-dot-end", "a/.."), ("dot", "./a"), ("slash-end", "a/"), ("slashes", "a//b"),
            ("backslash", "a\\b"), ("drive", "C:\\x"), ("control", "a\u001Bb"), ("newline", "a\nb"), ("nul", "a\0b"), ("delete", "a\u007Fb"),
            ("component-long", new string('a', 256)), ("long", string.Concat(Enumerable.Repeat("a/", 2048)) + "b"), ("component-long-utf8", new string('é', 128)),
        ];
        foreach (var (kind, path) in paths)
        {
            // The characters that canonical JSON would have to escape cannot stand in an index at all.
            set.Bad("idx-17-" + kind, "IDX-17", FaultId.IndexInvalid, "a file's path: " + kind.Replace('-', ' '), forge => forge.Files(files => [files[0] with { Path = path }]));
        }

        set.Bad("idx-17-escaped-control", "IDX-17 IDX-1", FaultId.IndexInvalid, "a file's path with an escaped line feed", forge => forge.Replace("install.sh", "install\\u000ash"));
        set.Bad("idx-17-parent", "IDX-17", FaultId.IndexInvalid, "a file is another's parent", forge => forge.Files(files => [files[0] with { Path = "a" }, files[0] with { Path = "a/b" }]));
        set.Bad("idx-17-parent-apart", "IDX-17", FaultId.IndexInvalid, "a file is another's parent, and a third stands between them", forge =>
            forge.Files(files => [files[0] with { Path = "a" }, files[0] with { Path = "a-b" }, files[0] with { Path = "a/b/c" }]));
        set.Bad("idx-17-parent-below", "IDX-17", FaultId.IndexInvalid, "a file is another's grandparent", forge =>
            forge.Files(files => [files[0] with { Path = "x/a" }, files[0] with { Path = "x/a/b/c" }]));
    }
}
