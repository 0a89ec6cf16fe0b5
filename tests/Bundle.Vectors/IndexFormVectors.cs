using Bundle.Faults;
using Bundle.Format;
using static Bundle.Vectors.Sample;

namespace Bundle.Vectors;

/// <summary>Indexes of another form than the canonical one, of other versions, and beyond limits.</summary>
internal static class IndexFormVectors
{
    public static void AddTo(VectorSet set)
    {
        AddForms(set);
        AddVersions(set);
        AddLimits(set);
    }

    private static void AddForms(VectorSet set)
    {
        (string Name, string Old, string New)[] forms =
        [
            ("white-space", "\"version\":1", "\"version\": 1"), ("member-twice", "\"bases\":[]", "\"bases\":[],\"bases\":[]"),
            ("member-unknown", "\"files\":[", "\"extra\":1,\"files\":["), ("member-order", "\"features\":[],\"bases\":[]", "\"bases\":[],\"features\":[]"),
            ("member-missing", "\"byDigest\":false,", ""), ("escape-u", "install.sh", "install\\u002esh"), ("escape-slash", "example/app", "example\\/app"),
            ("number-exponent", "\"size\":10,", "\"size\":1e1,"), ("number-zero", "\"size\":10,", "\"size\":010,"), ("number-fraction", "\"size\":10,", "\"size\":10.0,"),
            ("number-negative", "\"size\":10,", "\"size\":-10,"), ("number-huge", "\"size\":10,", "\"size\":9223372036854775808,"),
            ("sum-of-sizes", "\"size\":10,", "\"size\":9223372036854775807,"), ("number-text", "\"size\":10,", "\"size\":\"10\","),
            ("comment", "\"version\":1", "\"version\":/**/1"), ("comma", "[\"1.0\"]", "[\"1.0\",]"), ("format", "\"format\":\"bundle\"", "\"format\":\"parcel\""),
            ("flag", "\"byDigest\":false", "\"byDigest\":0"), ("null", "\"signatures\":[]", "\"signatures\":null"), ("item-null", "\"tags\":[\"1.0\"]", "\"tags\":[null]"),
            ("digest-upper", "\"digest\":\"sha256:", "\"digest\":\"SHA256:"), ("digest-algorithm", "\"digest\":\"sha256:", "\"digest\":\"sha512:"),
            ("digest-short", "\"digest\":\"sha256:0", "\"digest\":\"sha256:"), ("utf8-invalid", "install.sh", "install\u00FFsh"),
            ("utf8-overlong", "install.sh", "install\u00C0\u00AFsh"), ("utf8-surrogate", "install.sh", "install\u00ED\u00A0\u0080sh"), ("surrogate-escape", "install.sh", "install\\ud800sh"),
            ("depth", "\"signatures\":[]", "\"signatures\":[" + new string('[', 40) + new string(']', 40) + "]"),
        ];
        foreach (var (name, old, by) in forms)
        {
            set.Bad("idx-1-" + name, name == "depth" ? "IDX-1 LIM-1" : "IDX-1", FaultId.IndexInvalid, $"bundle.json: {name.Replace('-', ' ')}", forge =>
            {
                forge.IndexText = text => name == "digest-short" ? text.Remove(text.IndexOf("\"digest\":\"sha256:", StringComparison.Ordinal) + 20, 1)
                    : text.Contains(old, StringComparison.Ordinal) ? text.Replace(old, by, StringComparison.Ordinal) : throw new InvalidOperationException(text);
            });
        }

        (string Name, Func<string, string> Edit)[] wholes =
        [
            ("newline", text => text + "\n"), ("byte-order-mark", text => "\u00EF\u00BB\u00BF" + text), ("two-documents", text => text + "{}"), ("zero-byte", text => text + "\0"),
            ("empty", _ => ""), ("array", text => "[" + text + "]"), ("cut", text => text[..^1]), ("no-json", _ => "hello"), ("deep", _ => new string('[', 1000)),
            ("digest-hex-upper", text => text.Replace("\"digest\":\"sha256:", "\"digest\":\"sha256:A", StringComparison.Ordinal).Remove(text.IndexOf("\"digest\":\"sha256:", StringComparison.Ordinal) + 19, 1)),
        ];
        foreach (var (name, edit) in wholes)
        {
            set.Bad("idx-1-" + name, name == "deep" ? "IDX-1 LIM-1" : "IDX-1", FaultId.IndexInvalid, $"bundle.json: {name.Replace('-', ' ')}", forge => forge.IndexText = edit);
        }
    }

    private static void AddVersions(VectorSet set)
    {
        set.Bad("idx-2-version-2", "IDX-2", FaultId.VersionUnknown, "version 2", forge => forge.Replace("\"version\":1", "\"version\":2"));
        set.Bad("idx-2-version-0", "IDX-2", FaultId.VersionUnknown, "version 0", forge => forge.Replace("\"version\":1", "\"version\":0"));
        set.Bad("idx-2-version-huge", "IDX-2", FaultId.VersionUnknown, "version 2 with other members", forge => forge.IndexText = _ =>
            """{"format":"bundle","version":20000000000000000000,"else":{}}""");
        set.Bad("idx-2-version-text", "IDX-2", FaultId.IndexInvalid, "the version is a string", forge => forge.Replace("\"version\":1", "\"version\":\"1\""));
        set.Bad("idx-3-feature", "IDX-3", FaultId.FeatureUnknown, "an unknown feature", forge => forge.Replace("\"features\":[]", "\"features\":[\"delta\"]"));
        set.Bad("idx-3-feature-number", "IDX-3", FaultId.IndexInvalid, "a feature that is no string", forge => forge.Replace("\"features\":[]", "\"features\":[1]"));
        set.Bad("idx-4-bases", "IDX-4", FaultId.IndexInvalid, "a base that lends nothing", forge =>
            forge.Replace("\"features\":[],\"bases\":[]", "\"features\":[\"incremental\"],\"bases\":[\"sha256:" + new string('0', 64) + "\"]"));
        set.Bad("idx-18-data", "IDX-18", FaultId.IndexInvalid, "a blob's data is in a place that there is not", forge => forge.Replace("\"data\":\"package\"", "\"data\":\"elsewhere\""));
    }

    private static void AddLimits(VectorSet set)
    {
        set.Bad("lim-1-index", "LIM-1", FaultId.LimitExceeded, "a header states an index of 64 MiB and a byte", forge => forge.Cuts = cuts =>
        {
            var header = new byte[TarHeader.Block];
            TarHeader.Write(header, Text("bundle.json"), 420, (64 * 1024 * 1024) + 1, 0, (byte)'0', default);
            cuts[0] = header;
        });
        set.Bad("lim-1-index-base256", "LIM-1", FaultId.LimitExceeded, "a header states an index of 1 TiB", forge => forge.Cuts = cuts =>
        {
            var header = new byte[TarHeader.Block];
            TarHeader.Write(header, Text("bundle.json"), 420, 1L << 40, 0, (byte)'0', default);
            cuts[0] = header;
        });
        set.Bad("lim-1-tags", "LIM-1", FaultId.LimitExceeded, "an image with 1,048,577 tags", forge => Many(forge, "\"1.0\"", "\"1.0\""));
        set.Bad("lim-1-manifest", "LIM-1", FaultId.LimitExceeded, "a manifest of 4 MiB and a byte", forge =>
            forge.Rewrite(text => text + new string(' ', (4 * 1024 * 1024) + 1 - text.Length)));
    }

    private static void Many(Forge forge, string old, string item) =>
        forge.IndexText = text => text.Replace(old, string.Join(',', Enumerable.Repeat(item, 1_048_577)), StringComparison.Ordinal);
}
