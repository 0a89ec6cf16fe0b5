using System.CommandLine;
using Bundle.Cli.Output;
using Bundle.Extract;
using Bundle.Keys;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle extract</c>.</summary>
internal sealed class ExtractVerb : Verb
{
    private readonly Argument<string> _file = FileArgument();
    private readonly ServerFlags _servers = ServerFlags.OfRegistries();
    private readonly Option<string> _as = new("--as") { HelpName = "FORM", Description = "dir: skopeo dir images; registry: its storage; oci: a layout;\ndocker-archive: a file for docker load" };
    private readonly Option<string> _to = new("--to") { HelpName = "DIR|FILE", Description = "The destination folder, made where it is missing;\nwith --as docker-archive, the file" };
    private readonly Option<string[]> _image = ImageOption();
    private readonly Option<string[]> _base = new("--base")
    {
        HelpName = "OLD",
        Description = "For an incremental package: the package, or a source, that has what it left out; may be repeated",
    };

    private readonly Option<bool> _flat = new("--flat") { Description = "With --as dir: folders named by the last part of the name alone" };
    private readonly Option<string> _platform = new("--platform") { HelpName = "OS/ARCH", Description = "With --as docker-archive: what lists give; default: this machine's" };
    private readonly Option<bool> _force = new("--force") { Description = "With --as docker-archive: replace an existing file" };
    private readonly Option<string> _filesTo = new("--files-to") { HelpName = "DIR", Description = "Where the extra files go; default: files/ in the destination" };
    private readonly Option<bool> _noFiles = new("--no-files") { Description = "Leave the extra files out" };
    private readonly Option<string> _threads = ThreadsOption();
    private readonly Option<bool> _noSync = NoSyncOption();
    private readonly Option<string[]> _key = KeyOptions.Trust();

    public ExtractVerb()
        : base("extract", "Extract a package's images; what is there already and valid is kept.")
    {
        _as.CompletionSources.Add("dir", "registry", "oci", "docker-archive");
        Arguments.Add(_file);
        foreach (Option option in (Option[])[_as, _to, _image, _base, _flat, _platform, _force, _filesTo, _noFiles, _threads, _noSync, _key, .. _servers.All])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Usages => ["bundle extract FILE|URL|- --as dir|registry|oci|docker-archive --to DIR|FILE [OPTION]…"];

    public override IReadOnlyList<string> Examples =>
    [
        "bundle extract patch.tar.zst --as dir --to images/",
        "bundle extract patch.tar.zst --as registry --to /var/lib/registry --files-to deploy/",
        "bundle extract patch.tar.zst --as oci --to layout/ --image 'product/*:1.4' --no-files",
        "bundle extract patch.tar.zst --as docker-archive --to images.tar && docker load -i images.tar",
        "bundle extract patch.tar.zst --as dir --to images/ --base v1.tar.zst",
        "bundle extract https://host/patch.tar.zst --as registry --to /var/lib/registry",
        "bundle extract patch.tar.zst --as dir --to images/ --key release.pub",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var file = Required(parsed.GetValue(_file), "a package: FILE, URL, or - for standard input");
        var form = Required(parsed.GetValue(_as), "--as dir, registry, oci or docker-archive");
        session.Http = _servers.Http(parsed);
        OpenSsl.Require();
        using var keys = TrustedKeys.Read(parsed.GetValue(_key) ?? []);
        var options = new ExtractOptions
        {
            Form = form switch
            {
                "dir" => TargetForm.Dir,
                "registry" => TargetForm.Registry,
                "oci" => TargetForm.Oci,
                "docker-archive" => TargetForm.DockerArchive,
                _ => throw Wrong($"--as is dir, registry, oci or docker-archive, not '{form}'"),
            },
            To = Required(parsed.GetValue(_to), form == "docker-archive" ? "--to FILE" : "--to DIR"),
            Images = parsed.GetValue(_image) ?? [],
            Bases = parsed.GetValue(_base) ?? [],
            Flat = parsed.GetValue(_flat),
            Platform = Platform(parsed.GetValue(_platform)),
            Force = parsed.GetValue(_force),
            FilesTo = parsed.GetValue(_filesTo),
            NoFiles = parsed.GetValue(_noFiles),
            Threads = Threads(parsed, _threads),
            Sync = !parsed.GetValue(_noSync),
            Keys = keys,
            Input = session.Input(file, Name),
            Registry = _servers.Registry(parsed),
        };
        if (options is { Flat: true, Form: not TargetForm.Dir })
        {
            throw Wrong("--flat goes with --as dir only");
        }

        if (options is { Form: not TargetForm.DockerArchive } and ({ Platform: not null } or { Force: true }))
        {
            throw Wrong("--platform and --force go with --as docker-archive only");
        }

        if (options is { NoFiles: true, FilesTo: not null })
        {
            throw Wrong("--files-to and --no-files exclude each other");
        }

        var result = session.WithProgress(progress => Extractor.Run(options, progress, session.Cancellation));
        ExtractReport.Print(result, options, form, session.Messages);
        return ExitCode.Fine;
    }

    private string? Platform(string? text) => text is null || Index.Platforms.IsPlatform(text)
        ? text : throw Wrong($"--platform is OS/ARCH or OS/ARCH/VARIANT, such as linux/amd64, not '{text}'");
}
