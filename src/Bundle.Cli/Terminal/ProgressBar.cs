using Spectre.Console;

namespace Bundle.Cli.Terminal;

/// <summary>One bar on standard error: phase, bytes, rate, remaining time. It is gone once the work is done.</summary>
internal sealed class ProgressBar : IProgressSink
{
    // Sinks are called for every block; the bar's lock and its samples are worth taking for a good lot of bytes only.
    private const long Batch = 1 << 20;
    private static volatile bool s_visible;
    private readonly Lock _lock = new();
    private readonly ProgressContext _context;
    private ProgressTask? _task;
    private long _pending;

    private ProgressBar(ProgressContext context) => _context = context;

    /// <summary>Does some work under a bar.</summary>
    public static T Run<T>(Func<IProgressSink, T> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        s_visible = console.Profile.Capabilities.Ansi;
        try
        {
            return console.Progress().AutoClear(true).HideCompleted(true).Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new DownloadedColumn { Base = FileSizeBase.Decimal },
                new TransferSpeedColumn { Base = FileSizeBase.Decimal },
                new RemainingTimeColumn()).Start(context => work(new ProgressBar(context)));
        }
        finally
        {
            s_visible = false;
        }
    }

    /// <summary>Shows the cursor again, for an exit that skips all unwinding.</summary>
    public static void RestoreCursor()
    {
        if (s_visible)
        {
            Console.Error.Write("\e[?25h\n");
        }
    }

    /// <inheritdoc/>
    public void Start(string phase, long? totalBytes)
    {
        lock (_lock)
        {
            if (_task is not null)
            {
                _context.RemoveTask(_task);
            }

            Interlocked.Exchange(ref _pending, 0);
            _task = _context.AddTask(Markup.Escape(phase), maxValue: Math.Max(1, totalBytes ?? 1));
            _task.IsIndeterminate = totalBytes is null;
        }
    }

    /// <inheritdoc/>
    public void Advance(long bytes)
    {
        if (Interlocked.Add(ref _pending, bytes) < Batch)
        {
            return;
        }

        lock (_lock)
        {
            var done = Interlocked.Exchange(ref _pending, 0);
            if (_task is { IsIndeterminate: true } unknown)
            {
                // Where the end is unknown it moves along, so that the bytes are counted and the task never completes.
                unknown.MaxValue = unknown.Value + done + 1;
            }

            _task?.Increment(done);
        }
    }
}
