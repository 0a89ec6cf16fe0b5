using System.IO.Pipelines;
using Bundle.IO;
using Bundle.Sources;

namespace Bundle.Create;

/// <summary>
/// Downloads blobs ahead of the writer, in the order in which it wants them: a few at once, each into a bounded buffer.
/// Where the writer is slower, the buffers fill and TCP holds the registry back.
/// </summary>
internal sealed class ReadAhead : IDisposable
{
    private const int Buffer = 4 * 1024 * 1024;

    private readonly IEnumerator<RemoteLocation> _next;
    private readonly Dictionary<BlobLocation, Download> _started = [];
    private readonly CancellationTokenSource _stop;

    /// <param name="inOrder">What will be opened, in that order, each once.</param>
    /// <param name="connections">How many are read at once.</param>
    public ReadAhead(IEnumerable<RemoteLocation> inOrder, int connections, CancellationToken cancellation)
    {
        _next = inOrder.GetEnumerator();
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        for (var i = 0; i < connections; i++)
        {
            StartNext();
        }
    }

    /// <summary>A location whose content is on its way; others stay what they are.</summary>
    public BlobLocation Of(BlobLocation location) => location.IsRemote && _started.TryGetValue(location, out var download) ? download : location;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        foreach (var download in _started.Values)
        {
            download.End();
        }

        _next.Dispose();
        _stop.Dispose();
    }

    private void StartNext()
    {
        if (_next.MoveNext())
        {
            _started.Add(_next.Current, new Download(this, _next.Current));
        }
    }

    // Called when the writer is done with one, by the writer's thread like all else here.
    private void Done(BlobLocation location)
    {
        if (_started.Remove(location) && !_stop.IsCancellationRequested)
        {
            StartNext();
        }
    }

    private sealed class Download : BlobLocation
    {
        private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: Buffer, resumeWriterThreshold: Buffer / 2, minimumSegmentSize: 64 * 1024, useSynchronizationContext: false));
        private readonly ReadAhead _owner;
        private readonly RemoteLocation _location;
        private readonly CancellationTokenSource _wanted;
        private readonly Task _pump;
        private bool _ended;

        public Download(ReadAhead owner, RemoteLocation location)
            : base(location.Name, location.Length)
        {
            (_owner, _location) = (owner, location);
            _wanted = CancellationTokenSource.CreateLinkedTokenSource(owner._stop.Token);
            _pump = Task.Run(Pump);
        }

        public override bool IsRemote => true;

        public override Stream Open() => new Reader(_pipe.Reader.AsStream(), () =>
        {
            End();
            _owner.Done(_location);
        });

        public override object Identity => _location.Identity;

        /// <summary>Ends it, read to its end or not.</summary>
        public void End()
        {
            if (_ended)
            {
                return;
            }

            // A registry that is silent must not keep back whoever has no more use for it.
            _ended = true;
            _wanted.Cancel();
            _pipe.Reader.Complete();
            ((IAsyncResult)_pump).AsyncWaitHandle.WaitOne();
            _wanted.Dispose();
        }

        private async Task Pump()
        {
            try
            {
                await using var stream = _location.Open(_wanted.Token);
                await stream.CopyToAsync(_pipe.Writer, _wanted.Token);
                await _pipe.Writer.CompleteAsync();
            }
            catch (Exception e)
            {
                // It is told to whoever reads, with all that was read before it.
                await _pipe.Writer.CompleteAsync(e);
            }
        }
    }

    private sealed class Reader(Stream stream, Action done) : ForwardStream
    {
        public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => stream.Read(buffer);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                stream.Dispose();
                done();
            }

            base.Dispose(disposing);
        }
    }
}
