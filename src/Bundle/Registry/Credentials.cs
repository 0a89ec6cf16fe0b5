using System.Text;

namespace Bundle.Registry;

/// <summary>A user's name and password for a registry. Never part of a message: its text says nothing.</summary>
public sealed class Credentials(string user, string password, string? identityToken = null)
{
    /// <summary>The value of a Basic Authorization header (RFC 7617).</summary>
    internal string Basic => Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + password));

    /// <summary>A refresh token that stands in for the password; null where there is none.</summary>
    internal string? IdentityToken => identityToken;

    /// <inheritdoc/>
    public override string ToString() => "(credentials)";
}
