using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Queue;
using Millrace.Queue.Sqlite;
using Millrace.Queue.Victim;

// Arguments: the queue's folder, and the first number of this life's tickets.
var options = new SqliteQueueOptions { Folder = args[0] };
var queue = new SqliteJobQueue(
    Options.Create(options), new QueueMetrics(new NoMeters()), TimeProvider.System,
    NullLoggerFactory.Instance);
await queue.StartAsync(CancellationToken.None);
using var life = new VictimLife(queue, int.Parse(args[1], CultureInfo.InvariantCulture));

// Without the test that started it it ends too.
await await Task.WhenAny(life.LiveAsync(), Console.OpenStandardInput().CopyToAsync(Stream.Null));
