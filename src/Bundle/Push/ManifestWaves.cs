using Bundle.Model;
using Bundle.Reading;

namespace Bundle.Push;

/// <summary>The order of manifests: children before their lists, subjects before what refers to them. They are read and checked for it.</summary>
internal sealed class ManifestWaves
{
    private readonly Dictionary<int, Digest> _subjects = [];

    private ManifestWaves(IReadOnlyList<IReadOnlyList<int>> waves) => Waves = waves;

    /// <summary>Positions in the index; those of one wave do not need each other.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Waves { get; }

    /// <summary>What a manifest refers to by <c>subject</c>; null for nothing.</summary>
    public Digest? SubjectOf(int position) => _subjects.TryGetValue(position, out var subject) ? subject : null;

    /// <summary>The order of some manifests.</summary>
    /// <exception cref="Faults.BundleException">One is damaged, or is not what the index says.</exception>
    public static ManifestWaves Of(PushSource source, IEnumerable<int> positions, CancellationToken cancellation)
    {
        var checker = new ManifestChecker(source.Index);
        var sent = positions.Distinct().Order().ToDictionary(position => position, _ => 0);
        var neededBy = sent.Keys.ToDictionary(position => position, _ => new List<int>());
        var waves = new List<IReadOnlyList<int>>();
        var result = new ManifestWaves(waves);
        foreach (var position in neededBy.Keys)
        {
            cancellation.ThrowIfCancellationRequested();
            var bytes = source.ReadManifest(position);
            if (checker.Check(position, bytes) is { } fault)
            {
                throw fault.ToException();
            }

            List<int> needs = [.. source.Index.Blobs[position].Manifests ?? []];
            if (Manifest.Parse(bytes).Subject is { } subject)
            {
                result._subjects.Add(position, subject.Digest);
                needs.AddRange(source.Index.Position(subject.Digest) is { } at ? [at] : []);
            }

            foreach (var need in needs.Distinct().Where(sent.ContainsKey))
            {
                neededBy[need].Add(position);
                sent[position]++;
            }
        }

        // Whoever needs another names its digest, so no two can need each other.
        for (var wave = sent.Where(pair => pair.Value == 0).Select(pair => pair.Key).ToList(); wave.Count > 0;)
        {
            waves.Add(wave);
            wave = [.. wave.SelectMany(position => neededBy[position]).Where(position => --sent[position] == 0)];
        }

        return result;
    }
}
