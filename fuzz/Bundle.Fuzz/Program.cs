using System.Diagnostics;
using System.Globalization;
using Bundle.Fuzz;
using SharpFuzz;

if (args is not [var mode, var name, .. var rest] || Target.All.FirstOrDefault(one => one.Name == name) is not { } target)
{
    Console.Error.WriteLine($"usage: Bundle.Fuzz afl|replay|random {string.Join('|', Target.All.Select(one => one.Name))} [FILE…|SECONDS|COUNTx SEEDFOLDER [NUMBER]]");
    return 2;
}

switch (mode)
{
    case "afl":
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            try
            {
                target.Run(copy.ToArray());
            }
            catch (Exception e)
            {
                // AFL++ keeps the input alone, and what the process says goes nowhere.
                File.AppendAllText(Path.Combine(Environment.GetEnvironmentVariable("BUNDLE_FUZZ_LOG") ?? ".", $"{target.Name}.exceptions"), $"{e}\n\n");
                throw;
            }
        });
        return 0;
    case "replay":
        foreach (var file in rest)
        {
            target.Run(File.ReadAllBytes(file));
        }

        Console.WriteLine($"{target.Name}: {rest.Length} inputs replayed");
        return 0;
    default:
        return Random(
            target, rest[0], rest[1],
            rest.Length > 2 ? int.Parse(rest[2], CultureInfo.InvariantCulture) : Environment.TickCount & int.MaxValue);
}

static int Random(Target target, string limit, string folder, int number)
{
    var amount = int.Parse(limit.TrimEnd('x'), CultureInfo.InvariantCulture);
    var (most, longest) = limit.EndsWith('x') ? (amount, TimeSpan.MaxValue) : (int.MaxValue, TimeSpan.FromSeconds(amount));
    var seeds = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(bytes => bytes.Length < 100_000).ToList();
    var mutator = new Mutator(seeds, number);
    var watch = Stopwatch.StartNew();
    var runs = 0;
    while (runs < most && watch.Elapsed < longest)
    {
        var input = mutator.Next();
        try
        {
            target.Run(input);
        }
        catch (Exception)
        {
            var path = Path.Combine(Directory.CreateDirectory("artifacts/fuzz").FullName, $"{target.Name}-{Guid.NewGuid():N}");
            File.WriteAllBytes(path, input);
            Console.Error.WriteLine($"{target.Name}: an unexpected exception at input {runs} from number {number}; the input is {path}");
            throw;
        }

        runs++;
    }

    Console.WriteLine($"{target.Name}: {runs} inputs in {watch.Elapsed.TotalSeconds:F0} s from number {number}, nothing unexpected");
    return 0;
}
