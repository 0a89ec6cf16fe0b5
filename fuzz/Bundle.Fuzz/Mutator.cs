namespace Bundle.Fuzz;

/// <summary>Changes seeds a little, for a short run without a fuzzer's instrumentation; the same seed number gives the same inputs.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, int seed)
{
    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var bytes = seeds[_random.Next(seeds.Count)].ToList();
        for (var changes = _random.Next(1, 6); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = _random.Next(bytes.Count);
            switch (_random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, _random.Next(1, 64)));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, _random.Next(1, 64))));
                    break;
                default:
                    var other = seeds[_random.Next(seeds.Count)];
                    var from = _random.Next(other.Length + 1);
                    bytes.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, _random.Next(1, 256))).ToArray());
                    break;
            }
        }

        return [.. bytes];
    }
}
