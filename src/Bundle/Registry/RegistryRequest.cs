using System.Net;

namespace Bundle.Registry;

/// <summary>What a token has to allow (distribution's token scopes).</summary>
/// <param name="Repository">Whose credentials are used.</param>
/// <param name="Names">Such as <c>repository:product/base:pull</c>.</param>
internal sealed record RegistryScope(string Repository, IReadOnlyList<string> Names)
{
    /// <summary>Scopes in one text.</summary>
    public string Key { get; } = string.Join(' ', Names);

    /// <summary>Reading a repository.</summary>
    public static RegistryScope Pull(string repository) => new(repository, [$"repository:{repository}:pull"]);

    /// <summary>Writing to a repository, and reading another one that blobs are mounted from.</summary>
    public static RegistryScope Push(string repository, string? from = null) =>
        new(repository, from is null ? [$"repository:{repository}:pull,push"] : [$"repository:{repository}:pull,push", $"repository:{from}:pull"]);
}

/// <summary>One request to a registry, which can be sent again.</summary>
/// <param name="Target">The path below the registry's root, or an address that the registry gave.</param>
/// <param name="What">What it is about, for messages: <c>the blob sha256:… of product/base</c>.</param>
internal sealed record RegistryRequest(HttpMethod Method, Uri Target, RegistryScope Scope, string What)
{
    /// <summary>Answers, beside those of success, that the caller wants to see.</summary>
    public IReadOnlyList<HttpStatusCode> Expected { get; init; } = [];

    /// <summary>Adds headers.</summary>
    public Action<HttpRequestMessage>? Prepare { get; init; }

    /// <summary>Whether the caller decides what follows a failure that may pass, which it gets as <see cref="TransientException"/>.</summary>
    public bool Once { get; init; }

    /// <summary>Makes the body, for each attempt anew.</summary>
    public Func<Patience, HttpContent>? Content { get; init; }

    /// <summary>A message as all are sent: one connection a request, so that blobs come on several at once.</summary>
    public static HttpRequestMessage Message(HttpMethod method, Uri target, HttpContent? content = null)
    {
        var message = new HttpRequestMessage(method, target) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower, Content = content };
        message.Headers.UserAgent.ParseAdd("bundle");
        return message;
    }
}
