using System.Buffers.Binary;
using System.Diagnostics;

namespace Bundle.Tests.Injection;

/// <summary>What a run with a fault did.</summary>
/// <param name="Count">How many calls of the kind the run made.</param>
internal sealed record FaultRun(int Exit, byte[] Output, string Error, int Count);

/// <summary>The library of <c>tests/faults/faults.c</c> below the program under test: makes the n-th call of a kind fail.</summary>
internal sealed class FaultShim
{
    /// <summary>The kinds of calls, and how each can fail; the order is that of the library.</summary>
    public static readonly (string Kind, string[] Failures)[] Kinds =
    [
        ("any", ["EIO:on", "EROFS:on"]),
        ("open", ["EIO", "EACCES", "EMFILE", "ENOSPC:on"]),
        ("read", ["short", "short:on", "EINTR", "EIO", "EIO:on"]),
        ("write", ["short", "short:on", "EINTR", "ENOSPC:on", "EDQUOT:on", "EIO", "EFBIG"]),
        ("stat", ["EIO", "EACCES", "ENOMEM"]),
        ("list", ["EIO", "EACCES"]),
        ("allocate", ["EOPNOTSUPP:on", "EINVAL", "ENOSPC", "EDQUOT", "EINTR", "EIO"]),
        ("sync", ["EIO", "ENOSPC", "EINTR"]),
        ("rename", ["EXDEV", "EXDEV:on", "ENOSYS", "EIO", "EACCES", "ENOSPC:on", "EROFS:on"]),
        ("link", ["EMLINK", "EMLINK:on", "EXDEV:on", "EPERM:on", "EOPNOTSUPP", "EEXIST", "ENOSPC", "EIO"]),
        ("mkdir", ["ENOSPC", "EROFS", "EACCES", "EMLINK"]),
        ("unlink", ["EIO", "EPERM:on", "EROFS"]),
        ("chmod", ["EPERM", "EIO:on"]),
        ("close", ["EIO", "EINTR:on"]),
        ("lock", ["ENOLCK:on", "EOPNOTSUPP:on", "EAGAIN"]),
        ("space", ["ENOSYS", "EIO"]),
        ("clock", ["jump", "jump:on"]),
        ("connect", ["ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH"]),
        ("send", ["short", "ECONNRESET", "EPIPE"]),
        ("receive", ["short", "ECONNRESET", "ETIMEDOUT"]),
    ];

    private static readonly string[] Compilers = ["cc", "clang", "gcc"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _library;

    private FaultShim(string library) => _library = library;

    /// <summary>Builds the library.</summary>
    public static FaultShim Build(string folder)
    {
        var library = Path.Combine(folder, "faults.so");
        var compiler = Array.Find(Compilers, name => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(part => File.Exists(Path.Combine(part, name)))) ?? Compilers[0];
        using var cc = Process.Start(compiler, ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, Path.Combine(AppContext.BaseDirectory, "faults.c"), "-ldl"]);
        cc.WaitForExit();
        return cc.ExitCode == 0 ? new FaultShim(library) : throw new InvalidOperationException("cc cannot build tests/faults/faults.c");
    }

    /// <summary>Runs the program; its output is a pipe, and its input too where there is one.</summary>
    /// <param name="fault">Such as <c>write:7:ENOSPC:on</c>; null to count calls alone.</param>
    /// <param name="below">The folder whose calls can fail.</param>
    public FaultRun Run(string program, IEnumerable<string> arguments, byte[]? input, string? fault, string below, string countsFile)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = below,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        File.Delete(countsFile);
        start.Environment["LD_PRELOAD"] = _library;
        start.Environment["BUNDLE_FAULT_ROOT"] = below;
        start.Environment["BUNDLE_FAULT_COUNTS"] = countsFile;
        start.Environment["BUNDLE_FAULT"] = fault ?? "";
        start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = Task.Run(() =>
        {
            var bytes = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(bytes);
            return bytes.ToArray();
        });
        Feed(process, input ?? []);
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new TimeoutException($"{fault}: the program hangs: {string.Join(' ', arguments)}");
        }

        return new FaultRun(process.ExitCode, output.Result, error.Result, fault is null ? 0 : Counts(countsFile)[Array.FindIndex(Kinds, one => one.Kind == fault.Split(':')[0])]);
    }

    /// <summary>How many calls of each kind the last run made.</summary>
    public static int[] Counts(string file)
    {
        var bytes = File.ReadAllBytes(file);
        return [.. Enumerable.Range(0, Kinds.Length).Select(i => (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * i)))];
    }

    private static void Feed(Process process, byte[] input)
    {
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read all.
        }
    }
}
