using Bundle.Vectors;

return args switch
{
    ["--check", var directory] => Check.Run(directory),
    [var directory] when !directory.StartsWith('-') => Write(directory),
    _ => Usage(),
};

static int Write(string directory)
{
    Directory.CreateDirectory(directory);
    var files = VectorSet.Make().Files();
    foreach (var stale in Directory.GetFiles(directory).Where(path => !files.ContainsKey(Path.GetFileName(path))))
    {
        File.Delete(stale);
    }

    foreach (var (name, bytes) in files)
    {
        File.WriteAllBytes(Path.Combine(directory, name), bytes);
    }

    Console.WriteLine($"{files.Count} files, {files.Values.Sum(bytes => (long)bytes.Length)} bytes");
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("usage: Bundle.Vectors [--check] DIR");
    return 2;
}
