using Bundle.Model;

namespace Bundle.Index;

/// <summary>
/// Finds the manifests below a manifest, for many of them in turn. A config or layer that is itself a manifest
/// is not entered: only a list's <c>manifests</c> nest. Children that are left out are passed over.
/// </summary>
internal sealed class ManifestWalk(BundleIndex index)
{
    private readonly int[] _seen = new int[index.Blobs.Count];
    private readonly Stack<int> _stack = new();
    private int _generation;
    private long _steps;

    /// <summary>Forgets what was seen.</summary>
    public void Begin() => _generation++;

    /// <summary>Appends a manifest and those below it, each unless seen since <see cref="Begin"/>.</summary>
    public void Visit(int root, List<int> manifests)
    {
        Charge(1);
        Push(root);
        while (_stack.TryPop(out var position))
        {
            manifests.Add(position);
            if (index.Blobs[position].Manifests is not { } children)
            {
                continue;
            }

            Charge(children.Count);
            foreach (var child in children)
            {
                Push(child);
            }
        }
    }

    /// <summary>Whether the last walk saw a manifest.</summary>
    public bool Saw(Digest manifest) => index.Position(manifest) is { } position && _seen[position] == _generation;

    /// <summary>Counts work, and refuses an index that takes too much.</summary>
    public void Charge(int steps)
    {
        _steps += steps;
        if (_steps > Limits.WalkSteps)
        {
            throw IndexFaults.Limit("the images name the same blobs too many times");
        }
    }

    private void Push(int position)
    {
        if (_seen[position] != _generation && index.Blobs[position].Data != BlobData.Omitted)
        {
            _seen[position] = _generation;
            _stack.Push(position);
        }
    }
}
