using Bundle.Registry;

namespace Bundle.Push;

/// <summary>Counts blobs as they arrive, from any thread.</summary>
internal sealed class PushTally
{
    private readonly Lock _lock = new();

    /// <summary>Blobs that were sent.</summary>
    public PushCount Uploaded { get; private set; } = new(0, 0);

    /// <summary>Blobs that the registry took over from another repository.</summary>
    public PushCount Mounted { get; private set; } = new(0, 0);

    /// <summary>What a plan comes to where the registry takes over all that it may.</summary>
    public static PushTally Planned(PushPlan plan)
    {
        var tally = new PushTally();
        foreach (var transfer in plan.Blobs)
        {
            tally.Add(BlobPush.Uploaded, transfer.Uploads, plan.Index.Blobs[transfer.Blob].Size);
            tally.Add(BlobPush.Mounted, transfer.Mounts, plan.Index.Blobs[transfer.Blob].Size);
        }

        return tally;
    }

    /// <summary>A blob came to so many repositories.</summary>
    public void Add(BlobPush how, int repositories, long size)
    {
        lock (_lock)
        {
            if (how == BlobPush.Uploaded)
            {
                Uploaded = new PushCount(Uploaded.Number + repositories, Uploaded.Bytes + (repositories * size));
            }
            else
            {
                Mounted = new PushCount(Mounted.Number + repositories, Mounted.Bytes + (repositories * size));
            }
        }
    }
}
