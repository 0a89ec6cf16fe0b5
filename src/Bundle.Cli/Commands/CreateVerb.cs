using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Create;
using Bundle.List;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle create</c>.</summary>
internal sealed class CreateVerb : Verb
{
    private const long SmallestPart = 65_536;
    private readonly Argument<string[]> _sources = new("SOURCE")
    {
        HelpName = "SOURCE…",
        Description = "A folder or a file, recognised by what it holds, or one of\n"
            + "dir:PATH             skopeo dir images, or a tree that contains some\n"
            + "registry:PATH        a registry's storage, or a tar of one\n"
            + "oci:PATH[:REF]       an OCI layout\n"
            + "oci-archive:FILE[:REF] a tar of one\n"
            + "docker-archive:FILE[:REF] what docker save writes\n"
            + "bundle:FILE          another package\n"
            + "docker://HOST/NAME[:TAG] an image of a live registry\n"
            + "yaml:FILE            images of live registries, as skopeo sync has them",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _output = OutputOption();
    private readonly Option<string> _imagesFrom = new("--images-from") { HelpName = "LIST", Description = "The images of a text file, one a line, # begins a comment: only those of the SOURCEs, or without SOURCE from their registries" };
    private readonly Option<string[]> _image = ImageOption();
    private readonly Option<string[]> _platform = new("--platform") { HelpName = "OS/ARCH", Description = "Of lists, take this platform only (a list keeps its digest); may be repeated" };
    private readonly Option<string[]> _base = new("--base") { HelpName = "OLD", Description = "Leave out what another package (or its bundle.json, or a source) has; may be repeated" };
    private readonly Option<string[]> _include = new("--include") { HelpName = "PATH", Description = "An extra file or folder, such as deploy scripts; may be repeated" };
    private readonly ServerFlags _servers = ServerFlags.OfRegistries();
    private readonly Option<bool> _noReferrers = new("--no-referrers") { Description = "Leave out signatures and the like that refer to an image" };
    private readonly Option<string> _split = new("--split") { HelpName = "SIZE", Description = "Write parts of SIZE: FILE.001, FILE.002, …, and FILE.parts, which lists them (4G, 700M, 4GB, …)" };
    private readonly Option<string> _tmp = new("--tmp") { HelpName = "DIR", Description = "Where compressed archives are decompressed;\ndefault: $TMPDIR, else beside the output" };
    private readonly Option<string> _level = LevelOption();
    private readonly Option<string> _threads = ThreadsOption();
    private readonly Option<bool> _force = ForceOption();
    private readonly Option<bool> _noCompare = new("--no-compare") { Description = "Do not read further copies of a blob to compare them" };
    private readonly Option<bool> _noSync = NoSyncOption();
    private readonly Option<string> _sign = KeyOptions.Sign("Sign the package with a private key (PEM of openssl or cosign)");
    private readonly Option<string> _passwordFile = KeyOptions.PasswordFile();

    public CreateVerb()
        : base("create", "Create a package of images.")
    {
        Arguments.Add(_sources);
        foreach (Option option in (Option[])[_output, _imagesFrom, _image, _platform, _base, _include, .. _servers.All, _noReferrers, _tmp, _level, _split, _threads, _force, _noCompare, _noSync, _sign, _passwordFile])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Usages =>
        ["bundle create SOURCE… --output FILE|- [OPTION]…", "bundle create --images-from LIST --output FILE|- [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle create images/ --output patch.tar.zst",
        "bundle create images/ -o patch.tar.zst --images-from release.txt --include deploy/",
        "bundle create registry:/var/lib/registry docker-archive:app.tar -o patch.tar.zst",
        "bundle create registry:/var/lib/registry -o patch.tar.zst --image 'product/*' --image tools/curl:8",
        "bundle create images/ -o patch.tar.zst --base v1.tar.zst",
        "bundle create docker://registry.example/product/base:1.0 -o patch.tar.zst --platform linux/amd64",
        "bundle create --images-from images-list.txt -o patch.tar.zst",
        "bundle create images/ -o patch.tar.zst --sign release.key --password-file release.pw",
        "bundle create images/ -o - | ssh site 'bundle extract - --as registry --to /var/lib/registry'",
        "bundle create images/ -o patch.tar.zst --split 4G",
        "SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) bundle create images/ -o patch.tar.zst",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var sources = parsed.GetValue(_sources) ?? [];
        var list = parsed.GetValue(_imagesFrom);
        _ = list ?? Required(sources.FirstOrDefault(), "at least one SOURCE, or --images-from LIST");
        if (sources.Contains("-"))
        {
            throw Wrong("a SOURCE is a folder or a file, it cannot be standard input");
        }

        OpenSsl.Require();
        using var key = KeyOptions.Open(parsed.GetValue(_sign), parsed.GetValue(_passwordFile));
        var output = Output(parsed, _output);
        var options = new CreateOptions
        {
            Sources = sources,
            Output = output,
            OutputStream = output is null ? Session.OpenOutputStream() : null,
            ImagesFrom = list,
            Images = parsed.GetValue(_image) ?? [],
            Registry = _servers.Registry(parsed),
            Referrers = !parsed.GetValue(_noReferrers),
            Platforms = Platforms(parsed.GetValue(_platform) ?? []),
            Bases = parsed.GetValue(_base) ?? [],
            Temporary = parsed.GetValue(_tmp),
            Includes = parsed.GetValue(_include) ?? [],
            Split = Split(parsed, output),
            Level = Level(parsed, _level),
            Threads = Threads(parsed, _threads),
            Force = parsed.GetValue(_force),
            CompareCopies = !parsed.GetValue(_noCompare),
            Sync = !parsed.GetValue(_noSync),
            SigningKey = key,
            ModificationTime = SourceDate(),
        };
        var result = session.WithProgress(progress => Creator.Run(options, progress, session.Cancellation));
        CreateReport.Print(result, output, session.Messages);
        return ExitCode.Fine;
    }

    private string[] Platforms(string[] platforms)
    {
        foreach (var platform in platforms)
        {
            if (!Index.Platforms.IsPlatform(platform))
            {
                throw Wrong($"--platform is OS/ARCH or OS/ARCH/VARIANT, such as linux/amd64, not '{platform}'");
            }
        }

        return platforms;
    }

    private long? Split(ParseResult parsed, string? output)
    {
        if (parsed.GetValue(_split) is not { } text)
        {
            return null;
        }

        if (output is null)
        {
            throw Wrong("--split writes files, so --output is not -");
        }

        return Sizes.TryParse(text, out var size) && size >= SmallestPart ? size
            : throw Wrong($"--split is a size of at least {SmallestPart} bytes, not '{text}'", "such as 4G, 700M, 650MiB (powers of 1024), or 4GB, 700MB (powers of 1000)");
    }
}
