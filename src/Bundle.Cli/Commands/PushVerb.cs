using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Push;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle push</c>.</summary>
internal sealed class PushVerb : Verb
{
    private readonly Argument<string> _source = new("SOURCE")
    {
        HelpName = "FILE|URL|SOURCE",
        Description = "A package, wherever it lies, or a source as create takes it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string> _destination = new("DESTINATION")
    {
        HelpName = "docker://HOST[/PREFIX]",
        Description = "The registry, and what stands before each image's name there",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _image = ImageOption();
    private readonly Option<string> _prefix = new("--prefix") { HelpName = "PREFIX", Description = "What stands before each name, as it may follow HOST" };
    private readonly Option<string[]> _map = new("--map")
    {
        HelpName = "FROM=TO",
        Description = "Another name below PREFIX; both may end with *; the first rule holds",
    };

    private readonly Option<bool> _flat = new("--flat") { Description = "Names of the last part alone, but for those of --map" };
    private readonly Option<string[]> _base = new("--base")
    {
        HelpName = "OLD",
        Description = "What an incremental package builds on, or its bundle.json; may be repeated",
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Send nothing, print what would be sent" };
    private readonly Option<string> _parallel = new("--parallel") { HelpName = "N", Description = "How many requests are under way at once; default: 6" };
    private readonly ServerFlags _servers = ServerFlags.OfRegistries();

    public PushVerb()
        : base("push", "Push images into a registry, without unpacking; what is there is passed over.")
    {
        Arguments.Add(_source);
        Arguments.Add(_destination);
        foreach (Option option in (Option[])[_image, _prefix, _map, _flat, _base, _dryRun, .. _servers.All, _parallel])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Usages => ["bundle push FILE|URL|SOURCE docker://HOST[/PREFIX] [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle push patch.tar.zst docker://harbor.example/product --dry-run",
        "bundle push patch.tar.zst docker://harbor.example/product --ca harbor-ca.crt",
        "bundle push patch.tar.zst docker://harbor.example --map 'registry.k8s.io/*=k8s/*' --map '*=product/*'",
        "bundle push images/ docker://localhost:5000 --flat --tls-verify=false",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var source = Required(parsed.GetValue(_source), "a package or source, and docker://HOST");
        var target = Required(parsed.GetValue(_destination), "a destination: docker://HOST[/PREFIX]");
        if (source == "-")
        {
            throw Wrong("what is pushed is read in no order, so it cannot be standard input", "write the package to a file first");
        }

        var registry = _servers.Registry(parsed);
        registry = registry with { Parallelism = Number(parsed, _parallel, 1, 64, registry.Parallelism) };
        session.Http = _servers.Http(parsed);
        var options = new PushOptions
        {
            Source = session.Input(source, Name),
            Destination = Destination(target, parsed.GetValue(_prefix) ?? ""),
            Images = parsed.GetValue(_image) ?? [],
            Rules = [.. (parsed.GetValue(_map) ?? []).Select(Rule)],
            Flat = parsed.GetValue(_flat),
            Bases = [.. (parsed.GetValue(_base) ?? []).Select(one => session.Input(one, Name))],
            DryRun = parsed.GetValue(_dryRun),
            Registry = registry,
        };
        OpenSsl.Require();
        var result = session.WithProgress(progress => Pusher.Run(options, progress, session.Cancellation));
        PushReport.Print(result, options, session.Messages);
        return ExitCode.Fine;
    }

    private PushDestination Destination(string target, string prefix)
    {
        var destination = PushDestination.TryParse(target)
            ?? throw Wrong($"the destination is docker://HOST[:PORT][/PREFIX], not '{target}'", "HOST has a dot or a port, or is localhost; PREFIX has no tag: docker://harbor.example/product");
        return destination.Below(prefix) ?? throw Wrong($"'{prefix}' cannot stand before the names of images", "such as --prefix product or --prefix mirror/product");
    }

    private NameRule Rule(string text) => NameRule.TryParse(text)
        ?? throw Wrong($"--map is FROM=TO, not '{text}'", "such as --map team/app=product/app, or --map 'team/*=product/*', quoted so that the shell leaves it alone");
}
