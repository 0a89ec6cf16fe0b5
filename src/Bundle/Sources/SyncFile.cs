using System.Text.RegularExpressions;
using Bundle.Faults;
using Bundle.IO;
using Bundle.Model;
using Bundle.Registry;
using Semver;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Bundle.Sources;

/// <summary>A repository of a sync file: references that it names, or tags that fit.</summary>
/// <param name="Fits">Whether a tag is wanted; null where the references say all.</param>
internal sealed record SyncRepository(ImageName Name, IReadOnlyList<ImageReference> References, Func<string, bool>? Fits);

/// <summary>
/// A file of <c>skopeo sync --src yaml</c> (skopeo-sync(1)): registries with repositories, tags, digests, tags by regular expression
/// or by semantic version, and how each registry is talked to.
/// </summary>
internal sealed class SyncFile
{
    private readonly string _path;
    private readonly int _most;
    private readonly List<SyncRepository> _repositories = [];
    private readonly List<(string Host, RegistryOptions Options)> _registries = [];

    private int _count;

    private SyncFile(string path, int most) => (_path, _most) = (path, most);

    /// <summary>What is wanted of each repository.</summary>
    public IReadOnlyList<SyncRepository> Repositories => _repositories;

    /// <summary>How the registries are talked to that the file says something of.</summary>
    public IReadOnlyList<(string Host, RegistryOptions Options)> Registries => _registries;

    /// <summary>Whether a path names such a file.</summary>
    public static bool IsOne(string path) => Path.GetExtension(path) is ".yaml" or ".yml" && RegularFile.Exists(path);

    /// <summary>Reads a file.</summary>
    /// <param name="otherwise">How registries are talked to where the file does not say.</param>
    /// <param name="most">The images that it may name.</param>
    /// <exception cref="BundleException">It is not there, too long, no YAML, or has something that is not understood.</exception>
    public static SyncFile Read(string path, RegistryOptions otherwise, int most = Limits.Count)
    {
        var file = new SyncFile(path, most);
        if (!File.Exists(path))
        {
            throw new Fault(FaultId.SourceMissing, $"{path} does not exist") { Entry = path, Hint = "check the path" }.ToException();
        }

        RegularFile.Require(path);
        if (new FileInfo(path).Length > Limits.SyncFile)
        {
            throw file.Bad($"has more than {Limits.SyncFile} bytes");
        }

        foreach (var (host, settings) in file.Entries(file.Parse(), "the file"))
        {
            file.ReadRegistry(host, settings, otherwise);
        }

        return file;
    }

    private YamlNode Parse()
    {
        try
        {
            CheckDepth();
            var yaml = new YamlStream();
            using var reader = File.OpenText(_path);
            yaml.Load(reader);
            return yaml.Documents.Count == 1 ? yaml.Documents[0].RootNode : throw Bad("is not one YAML document");
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException or FormatException)
        {
            // The library throws more than its own, on flow sequences that are malformed for one. Without its words, which may quote a password.
            throw Bad("is not valid YAML" + (e is YamlException { Start.Line: > 0 and var line } ? $", at line {line}" : ""));
        }
    }

    // The library takes a document apart by recursion, and a stack that overflows is no exception.
    private void CheckDepth()
    {
        using var reader = File.OpenText(_path);
        var parser = new Parser(reader);
        // The stream and its document nest as values do.
        for (var depth = -2; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > Limits.SyncDepth)
            {
                throw Bad($"nests deeper than {Limits.SyncDepth}");
            }
        }
    }

    private void ReadRegistry(string registry, YamlNode settings, RegistryOptions options)
    {
        var count = _repositories.Count;
        foreach (var (key, value) in Entries(settings, registry))
        {
            switch (key)
            {
                case "images":
                    foreach (var (name, tags) in Entries(value, key))
                    {
                        ReadTags(NameOf(registry, name), tags);
                    }

                    break;
                case "images-by-tag-regex":
                    foreach (var (name, pattern) in Entries(value, key))
                    {
                        Count(1);
                        _repositories.Add(new SyncRepository(NameOf(registry, name), [], ByPattern(Text(pattern, name))));
                    }

                    break;
                case "images-by-semver":
                    foreach (var (name, range) in Entries(value, key))
                    {
                        Count(1);
                        _repositories.Add(new SyncRepository(NameOf(registry, name), [], ByVersion(Text(range, name))));
                    }

                    break;
                case "credentials":
                    var credentials = Entries(value, key).ToDictionary(one => one.Key, one => Text(one.Value, one.Key), StringComparer.Ordinal);
                    options = options with { Credentials = new Credentials(credentials.GetValueOrDefault("username", ""), credentials.GetValueOrDefault("password", "")) };
                    break;
                case "tls-verify":
                    options = options with
                    {
                        TlsVerify = Text(value, key).ToLowerInvariant() switch { "true" => true, "false" => false, _ => throw Bad("has a tls-verify that is neither true nor false") },
                    };
                    break;
                case "cert-dir":
                    options = options with { CertificateFolders = [Text(value, key)] };
                    break;
                default:
                    throw Bad($"has '{RegistryFaults.Plain(key)}' for {RegistryFaults.Plain(registry)}, which is not known");
            }
        }

        if (_repositories.Count > count)
        {
            _registries.Add((_repositories[count].Name.Host!, options));
        }
    }

    // A sequence of tags and digests; an empty one means every tag.
    private void ReadTags(ImageName name, YamlNode tags)
    {
        var references = new List<ImageReference>();
        Count(tags is YamlSequenceNode all ? all.Children.Count : 0);
        foreach (var tag in tags is YamlSequenceNode list ? list.Select(one => Text(one, name.Full)) : IsNothing(tags) ? [] : throw Bad($"has no list of tags for {name}"))
        {
            references.Add(Digest.TryParse(tag, out var digest) ? new ImageReference(name, null, digest)
                : ImageName.IsTag(tag) ? new ImageReference(name, tag, null)
                : throw Bad($"names '{RegistryFaults.Plain(tag)}', which is neither a tag nor a digest, for {name}"));
        }

        _repositories.Add(new SyncRepository(name, references, references.Count == 0 ? _ => true : null));
    }

    // Aliases make much of little, of what names no tag too: a repository counts as one image at least.
    private void Count(int images)
    {
        _count += Math.Max(1, images);
        if (_count > _most)
        {
            throw Bad($"names more than {_most} images");
        }
    }

    private ImageName NameOf(string registry, string name) => ImageName.TryParse(registry + "/" + name) is { } parsed
        ? RegistryNames.Complete(new ImageReference(parsed, null, null)).Name
        : throw Bad($"names '{RegistryFaults.Plain(registry + "/" + name)}', which is no repository");

    // Like Go's, this engine takes time in proportion to the tag, whatever the pattern.
    private Func<string, bool> ByPattern(string pattern)
    {
        try
        {
            var regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return regex.IsMatch;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Bad($"has a regular expression that is not understood: {RegistryFaults.Plain(pattern)}");
        }
    }

    // skopeo's library joins by commas what npm joins by spaces.
    private Func<string, bool> ByVersion(string range) => SemVersionRange.TryParseNpm(range.Replace(',', ' '), out var versions)
        ? tag => SemVersion.TryParse(tag, SemVersionStyles.AllowV | SemVersionStyles.OptionalMinorPatch, out var version) && versions.Contains(version)
        : throw Bad($"has a range of versions that is not understood: {RegistryFaults.Plain(range)}");

    private IEnumerable<(string Key, YamlNode Value)> Entries(YamlNode node, string of) => node switch
    {
        YamlMappingNode mapping => mapping.Select(one => (Text(one.Key, of), one.Value)),
        _ when IsNothing(node) => [],
        _ => throw Bad($"has no mapping for {RegistryFaults.Plain(of)}"),
    };

    private string Text(YamlNode node, string of) => node is YamlScalarNode { Value: { } text } ? text : throw Bad($"has no text for {RegistryFaults.Plain(of)}");

    private static bool IsNothing(YamlNode node) => node is YamlScalarNode { Value: null or "" or "~" or "null" };

    private BundleException Bad(string what) => new Fault(FaultId.SourceInvalid, $"{_path} {what}")
    {
        Entry = _path,
        Hint = "such a file is that of 'skopeo sync --src yaml': see skopeo-sync(1)",
    }.ToException();
}
