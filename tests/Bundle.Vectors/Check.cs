using System.Text.RegularExpressions;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Verify;

namespace Bundle.Vectors;

/// <summary>Holds a directory of vectors against what is generated, the spec's ids, and the library's verdicts.</summary>
internal static partial class Check
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static int Run(string directory)
    {
        var set = VectorSet.Make();
        var problems = Differences(directory, set).Concat(Uncovered(Path.Combine(directory, "..", "bundle-v1.md"), set))
            .Concat(set.Vectors.SelectMany(vector => Verdicts(directory, vector))).ToList();
        problems.ForEach(Console.WriteLine);
        Console.WriteLine($"{set.Vectors.Count()} vectors, {problems.Count} problems");
        return problems.Count == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Differences(string directory, VectorSet set)
    {
        var files = set.Files();
        foreach (var (name, bytes) in files)
        {
            var path = Path.Combine(directory, name);
            if (!File.Exists(path))
            {
                yield return name + ": missing";
            }
            else if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            {
                yield return name + ": differs from what is generated";
            }
        }

        foreach (var extra in Directory.GetFileSystemEntries(directory).Select(Path.GetFileName).Where(name => !files.ContainsKey(name!)))
        {
            yield return extra + ": not generated";
        }
    }

    private static IEnumerable<string> Uncovered(string spec, VectorSet set)
    {
        var known = MustId().Matches(File.ReadAllText(spec)).Select(match => match.Groups["id"].Value).ToHashSet();
        var exercised = set.Vectors.SelectMany(vector => vector.Musts).ToHashSet();
        return known.Except(exercised).Order(StringComparer.Ordinal).Select(id => id + ": exercised by no vector")
            .Concat(exercised.Except(known).Order(StringComparer.Ordinal).Select(id => id + ": not in the spec"));
    }

    private static IEnumerable<string> Verdicts(string directory, Vector vector)
    {
        var path = Path.Combine(directory, vector.File);
        foreach (var threads in new[] { 1, 4 })
        {
            if (Verdict(vector, PackageInput.File(path), threads) is { } fromFile)
            {
                yield return $"{vector.Name}: from a file, {threads} threads: {fromFile}";
            }

            using var pipe = new Pipe(vector.Bytes);
            if (!vector.IsSplit && Verdict(vector, PackageInput.From(pipe), threads) is { } fromPipe)
            {
                yield return $"{vector.Name}: from a stream, {threads} threads: {fromPipe}";
            }
        }
    }

    private static string? Verdict(Vector vector, PackageInput input, int threads)
    {
        try
        {
            var work = Task.Run(() => Verifier.Run(input, threads, NoProgress.Instance, CancellationToken.None));
            if (!work.Wait(Patience))
            {
                return "hangs";
            }

            var report = work.Result;
            if (report.IsWhole == vector.IsValid && (vector.Fault is not { } id || report.Faults.Any(fault => fault.Id == id)))
            {
                return null;
            }

            return $"{vector.Fault?.Name ?? "whole"} expected, but "
                + (report.IsWhole ? "whole" : string.Join("; ", report.Faults.Take(4).Select(fault => fault.Id + ": " + fault.Message)));
        }
        catch (AggregateException e) when (vector.IsSplit && e.InnerException is BundleException refused && refused.Fault.Id == vector.Fault)
        {
            // Without its list there is no package to report on.
            return null;
        }
        catch (AggregateException e)
        {
            return "throws " + (e.InnerException is BundleException bundle ? "BundleException " + bundle.Fault.Id + ": " : e.InnerException!.GetType() + ": ") + e.InnerException.Message;
        }
    }

    [GeneratedRegex(@"\[(?<id>[A-Z]+-\d+)\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MustId();

    /// <summary>A stream as from a pipe: it cannot seek, and gives a little at a time.</summary>
    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1000));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1000)]);
    }
}
