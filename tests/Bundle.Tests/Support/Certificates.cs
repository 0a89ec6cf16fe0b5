namespace Bundle.Tests.Support;

/// <summary>Throw-away certificates.</summary>
internal static class Certificates
{
    /// <summary>Makes a root, <c>ca.crt</c>, and of it <c>server.crt</c> with <c>server.key</c> for an address.</summary>
    public static Task Make(string folder, string address) => Run.Shell(
        $"""
        openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj '/CN=throw-away root' -addext basicConstraints=critical,CA:true
        openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj '/CN=registry'
        printf 'subjectAltName=IP:{address}\nextendedKeyUsage=serverAuth\n' > ext
        openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2 -extfile ext
        """,
        folder);
}
