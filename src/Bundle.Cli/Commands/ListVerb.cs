using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Keys;
using Bundle.List;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle list</c>.</summary>
internal sealed class ListVerb : Verb
{
    private readonly Argument<string> _file = FileArgument();
    private readonly ServerFlags _servers = ServerFlags.OfAddresses();
    private readonly Option<string[]> _key = KeyOptions.Trust();

    public ListVerb()
        : base("list", "List what a package holds; reads its head only.")
    {
        Arguments.Add(_file);
        foreach (Option option in (Option[])[_key, .. _servers.All])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Usages => ["bundle list FILE|URL|- [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle list patch.tar.zst",
        "bundle list patch.tar.zst --json | jq -r '.images[].references[]'",
        "bundle list https://host/patch.tar.zst",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var file = Required(parsed.GetValue(_file), "a package: FILE, URL, or - for standard input");
        session.Http = _servers.Http(parsed);
        OpenSsl.Require();
        using var keys = TrustedKeys.Read(parsed.GetValue(_key) ?? []);
        var input = session.Input(file, Name);
        ListReport.Print(Lister.Run(input, keys), input.Name, session.Messages);
        return ExitCode.Fine;
    }
}
