using System.Net;

namespace Bundle.Net;

/// <summary>Answers that may be others later (RFC 9110, RFC 6585).</summary>
internal static class TransientStatus
{
    /// <summary>Whether it pays to ask again.</summary>
    public static bool Is(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
}
