using System.Text;
using System.Text.Json;
using Bundle.Faults;

namespace Bundle.Registry;

/// <summary>
/// Credentials from the files of podman, skopeo and docker, in their order: the first file that has some for a repository or
/// its registry wins (containers-auth.json(5)).
/// </summary>
internal sealed class AuthFiles
{
    private readonly List<(string Path, JsonElement Root)> _files = [];
    private readonly Dictionary<(string Helper, string Server), Credentials?> _helped = [];
    private readonly List<string> _notes = [];

    private AuthFiles(IReadOnlyList<string> places) => Places = places;

    /// <summary>Where credentials were looked for.</summary>
    public IReadOnlyList<string> Places { get; }

    /// <summary>What was odd on the way, for whoever is denied in the end.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Reads the files that are there.</summary>
    /// <param name="chosen">The one file to use; null for the usual ones.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <exception cref="BundleException">A chosen file is not there, or a file is no JSON.</exception>
    public static AuthFiles Read(string? chosen, Func<string, string?> environment)
    {
        chosen ??= Set(environment("REGISTRY_AUTH_FILE"));
        var files = new AuthFiles(chosen is null ? Usual(environment) : [chosen]);
        foreach (var path in files.Places)
        {
            if (File.Exists(path))
            {
                files._files.Add((path, Load(path)));
            }
            else if (chosen is not null)
            {
                throw Bad(path, "does not exist");
            }
        }

        return files;
    }

    /// <summary>Credentials for a repository of a registry; null where no file has any.</summary>
    /// <exception cref="BundleException">A file has something that is no credentials.</exception>
    public Credentials? Find(string host, string repository)
    {
        host = RegistryNames.Canonical(host);
        foreach (var (path, root) in _files)
        {
            try
            {
                if (InFile(path, root, host, Keys(host, repository)) is { } found)
                {
                    return found;
                }
            }
            catch (InvalidOperationException)
            {
                // JSON's reader looks at the encoding of a text only where somebody asks for it.
                throw Bad(path, "has a text that is no valid UTF-8, or half of a character");
            }
        }

        return null;
    }

    private static string? Set(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static List<string> Usual(Func<string, string?> environment)
    {
        var home = Set(environment("HOME"));
        string?[] places =
        [
            Set(environment("XDG_RUNTIME_DIR")) is { } runtime ? Path.Combine(runtime, "containers/auth.json") : null,
            Set(environment("XDG_CONFIG_HOME")) is { } config ? Path.Combine(config, "containers/auth.json") : null,
            home is null ? null : Path.Combine(home, ".config/containers/auth.json"),
            Set(environment("DOCKER_CONFIG")) is { } docker ? Path.Combine(docker, "config.json") : null,
            home is null ? null : Path.Combine(home, ".docker/config.json"),
        ];
        return [.. places.OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private static JsonElement Load(string path)
    {
        if (new FileInfo(path).Length > Limits.AuthFile)
        {
            throw Bad(path, "is larger than any file of credentials");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = Limits.JsonDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw Bad(path, "is no JSON object");
        }
        catch (JsonException)
        {
            // Without the parser's words, which may quote what stands in the file.
            throw Bad(path, "is not valid JSON");
        }
    }

    // From the repository up to the host alone: the most specific entry holds.
    private static List<string> Keys(string host, string repository)
    {
        var keys = new List<string>();
        for (var key = host + "/" + repository; key.Length > host.Length; key = key[..key.LastIndexOf('/')])
        {
            keys.Add(key);
        }

        keys.Add(host);
        return keys;
    }

    private Credentials? InFile(string path, JsonElement root, string host, List<string> keys)
    {
        foreach (var key in keys)
        {
            if (Text(root, "credHelpers", key) is { } helper && Ask(path, helper, key) is { } helped)
            {
                return helped;
            }
        }

        if (root.TryGetProperty("auths", out var auths) && auths.ValueKind == JsonValueKind.Object)
        {
            foreach (var key in keys)
            {
                if (auths.TryGetProperty(key, out var entry) && Decode(path, key, entry) is { } exact)
                {
                    return exact;
                }
            }

            // docker's older keys are addresses, such as https://index.docker.io/v1/.
            foreach (var entry in auths.EnumerateObject())
            {
                if (HostOf(entry.Name) == host && Decode(path, entry.Name, entry.Value) is { } legacy)
                {
                    return legacy;
                }
            }
        }

        return Text(root, "credsStore") is { } store ? Ask(path, store, host) : null;
    }

    private Credentials? Ask(string path, string helper, string server)
    {
        if (!_helped.TryGetValue((helper, server), out var credentials))
        {
            credentials = CredentialHelper.Get(helper, server, note => _notes.Add($"{note} ({path} names it)"));
            if (credentials is null && server == "docker.io")
            {
                credentials = CredentialHelper.Get(helper, "https://index.docker.io/v1/", _ => { });
            }

            _helped.Add((helper, server), credentials);
        }

        return credentials;
    }

    private static string? HostOf(string key)
    {
        foreach (var scheme in (string[])["https://", "http://"])
        {
            if (key.StartsWith(scheme, StringComparison.Ordinal))
            {
                return RegistryNames.Canonical(key[scheme.Length..].Split('/')[0]);
            }
        }

        return key is "index.docker.io" or "registry-1.docker.io" ? RegistryNames.Canonical(key) : null;
    }

    private static Credentials? Decode(string path, string key, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw Bad(path, $"has no object for {key}");
        }

        var token = Set(Text(entry, "identitytoken"));
        if (Set(Text(entry, "auth")) is { } auth)
        {
            var pair = FromBase64(auth) is { } plain ? plain.TrimEnd('\0').Split(':', 2) : [];
            return pair.Length == 2 ? new Credentials(pair[0], pair[1], token) : throw Bad(path, $"has an entry for {key} that is no user and password in base64");
        }

        return Set(Text(entry, "username")) is { } user ? new Credentials(user, Text(entry, "password") ?? "", token)
            : token is not null ? new Credentials("", "", token) : null;
    }

    private static string? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }

    private static BundleException Bad(string path, string what) => new Fault(FaultId.CredentialsInvalid, $"the file of credentials {path} {what}")
    {
        Entry = path,
        Hint = "'skopeo login --authfile FILE HOST' or 'podman login --authfile FILE HOST' writes one",
    }.ToException();
}
