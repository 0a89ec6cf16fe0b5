using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Diff;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle diff</c>.</summary>
internal sealed class DiffVerb : Verb
{
    private readonly Argument<string[]> _bundles = new("OLD NEW")
    {
        HelpName = "OLD NEW",
        Description = "Packages, their bundle.json, or sources of images",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly ServerFlags _servers = ServerFlags.OfRegistries();

    public DiffVerb()
        : base("diff", "Tell which images changed between two packages, and how much is new.")
    {
        Arguments.Add(_bundles);
        foreach (var option in _servers.All)
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Usages => ["bundle diff OLD NEW [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle diff v1.tar.zst v2.tar.zst",
        "bundle diff v1.tar.zst images/",
        "bundle diff docker://registry.example/product/base:1.0 docker://registry.example/product/base:2.0",
        "bundle diff v1.tar.zst v2.tar.zst --json | jq .newBytes",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        if (parsed.GetValue(_bundles) is not [var older, var newer])
        {
            throw Wrong("diff needs two packages: OLD NEW");
        }

        OpenSsl.Require();
        DiffReport.Print(Differ.Run(older, newer, _servers.Registry(parsed), session.Cancellation), session.Messages);
        return ExitCode.Fine;
    }
}
