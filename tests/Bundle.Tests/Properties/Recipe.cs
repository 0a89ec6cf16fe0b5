using Bundle.Samples;
using CsCheck;

namespace Bundle.Tests.Properties;

/// <summary>A layer: a size at or near a boundary of the format, and what kind of bytes.</summary>
internal sealed record LayerRecipe(int Size, int Kind, int Seed)
{
    public static readonly Gen<LayerRecipe> Any =
        from size in Gen.Frequency(
            (6, Gen.OneOf(0, 1, 511, 512, 513, Limits.Large - 1, Limits.Large, Limits.Large + 1)),
            (1, Gen.OneOf(Limits.Frame - 1, Limits.Frame, Limits.Frame + 1)),
            (4, Gen.Int[0, 200_000]))
        from kind in Gen.Int[0, 3]
        from seed in Gen.Int[0, 9]
        select new LayerRecipe(size, kind, seed);

    public byte[] Bytes()
    {
        var bytes = Kind == 0 ? new byte[Size] : Content.Noise($"{Seed}", Size);
        byte[] magic = Kind switch { 1 => [0x1F, 0x8B, 8], 2 => [0x28, 0xB5, 0x2F, 0xFD], _ => [] };
        magic.AsSpan(0, Math.Min(magic.Length, Size)).CopyTo(bytes);
        return bytes;
    }
}

/// <summary>An image: how it is named, what kind it is, and which of the layers it has.</summary>
internal sealed record ImageRecipe(string Name, string? Tag, int Kind, int[] Layers, int[] More)
{
    public static readonly Gen<ImageRecipe> Any =
        from host in Gen.OneOf("", "", "localhost:5000/", "registry.example/")
        from parts in Gen.String[Gen.OneOf('a', 'b', 'z', '0', '9'), 1, 12].Array[1, 4]
        from tag in Gen.Frequency((4, Gen.String[Gen.OneOf('a', 'Z', '_', '7'), 1, 30]), (1, Gen.Const((string)null!)))
        from kind in Gen.Int[0, 3]
        from layers in Gen.Int[0, 99].Array[0, 4]
        from more in Gen.Int[0, 99].Array[0, 2]
        select new ImageRecipe(host + string.Join('/', parts), tag, kind, layers, more);

    public void Write(string folder, int number, byte[][] layers)
    {
        var image = Make(layers);
        image.WriteTo(Path.Combine(folder, $"{Name}/i{number}" + (Tag is null ? $"@sha256:{image.Manifest.Hex}" : ":" + Tag)));
    }

    private Image Make(byte[][] layers)
    {
        var (own, more) = (Chosen(Layers, layers), Chosen(More, layers));
        return Kind switch
        {
            0 => Image.OfDocker("amd64", own),
            1 => Image.Artifact("application/vnd.example", null, [.. own.Select(layer => new Blob("application/vnd.example.part", layer))]),
            2 => Image.List(oci: true, (Oci("amd64", own), "amd64", null), (Oci("arm64", more), "arm64", "v8")),
            _ => Oci("amd64", own),
        };
    }

    private static Image Oci(string architecture, byte[][] layers) => Image.OfOci(architecture, [.. layers.Select(layer => (new Blob(Image.OciTar, layer), layer))]);

    private static byte[][] Chosen(int[] numbers, byte[][] layers) => [.. numbers.Select(number => layers[number % layers.Length])];
}

/// <summary>An extra file.</summary>
internal sealed record FileRecipe(string[] Path, int Mode, int Size)
{
    public static readonly Gen<FileRecipe> Any =
        from path in Gen.String[Gen.OneOf('a', ' ', 'é', '-', '.', '→', ':'), 1, 60].Array[1, 4]
        from mode in Gen.Int[0, 0x1FF]
        from size in Gen.OneOf(0, 1, 512, 70_000)
        select new FileRecipe([.. path.Select(part => "x" + part)], mode | 0x180, size);

    public void Write(string folder, int number)
    {
        var file = System.IO.Path.Combine([folder, $"{number}", .. Path]);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, Content.Noise($"file {number}", Size));
        File.SetUnixFileMode(file, (UnixFileMode)Mode);
    }
}

/// <summary>Any set of images, with extra files.</summary>
internal sealed record Recipe(LayerRecipe[] Layers, ImageRecipe[] Images, FileRecipe[] Files)
{
    public static readonly Gen<Recipe> Any =
        from layers in LayerRecipe.Any.Array[1, 5]
        from images in ImageRecipe.Any.Array[1, 5]
        from files in FileRecipe.Any.Array[0, 4]
        select new Recipe(layers, images, files);

    /// <summary>Writes <c>images</c> as skopeo dir trees, and <c>extra</c>.</summary>
    public void Write(string folder)
    {
        var layers = Layers.Select(layer => layer.Bytes()).ToArray();
        for (var i = 0; i < Images.Length; i++)
        {
            Images[i].Write(Path.Combine(folder, "images"), i, layers);
        }

        Directory.CreateDirectory(Path.Combine(folder, "extra"));
        for (var i = 0; i < Files.Length; i++)
        {
            Files[i].Write(Path.Combine(folder, "extra"), i);
        }
    }
}
