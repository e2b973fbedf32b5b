using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Millrace.Billing.Archive;
using Millrace.Billing.Periods;
using Millrace.Billing.Plans;
using Millrace.Billing.Reconciling;
using Millrace.Billing.Sealing;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Billing;

/// <summary>
/// What operators and the role <c>bill</c> do about bills. Each act tells what it did in lines and can be done again;
/// one at a time in a process, and several processes do no harm to one another.
/// </summary>
/// <remarks>
/// Every act throws <see cref="ObjectStoreException"/> and <see cref="UsageLedgerException"/> when a store is away, and
/// <see cref="InvalidDataException"/> when what is stored was altered or cannot be read.
/// </remarks>
public sealed class BillingOffice(
    IObjectStore store, IUsageLedger? ledger, IPlanHistory plans, ColdStore? cold, IOptions<BillingOptions> billing,
    IOptions<ArchiveOptions> archive, TimeProvider time) : IDisposable
{
    private readonly Sealer _sealer = new(store, ledger, plans, billing.Value, time);

    /// <summary>Seals what can be sealed.</summary>
    /// <param name="progress">Is told of each hour and its segments; may be null.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public async Task<OfficeReport> SealAsync(IProgress<SealProgress>? progress, CancellationToken cancellationToken)
    {
        var report = await _sealer.RunAsync(progress, cancellationToken);
        var lines = report.Seals.Select(seal =>
            $"{Hour(seal.Hour)}: {(seal.IsLate ? "late, " : "")}{Number(seal.Answers)} answers, entry {seal.Number}");
        return new([.. lines, $"{report.Seals.Count} sealed, {report.OpenHours.Count} open"], Failures(report));
    }

    /// <summary>
    /// Tells what is sealed, what is not and why, how far every epoch is, and what was declared lost.
    /// </summary>
    public async Task<OfficeReport> StatusAsync(CancellationToken cancellationToken)
    {
        await _sealer.Log.ReadAsync(cancellationToken);
        var inventory = await _sealer.Taker.TakeAsync(cancellationToken);
        var log = _sealer.Log;
        var lines = new List<string>
        {
            log.First is { } first
                ? $"sealed: {log.Seals.Count} entries, every hour from {Hour(first)} until {Hour(log.NextOf(first))}"
                : "sealed: nothing yet",
        };
        foreach (var (period, _) in await NewBiller().ClosedAsync(cancellationToken)) lines.Add($"billed: {period}");
        lines.AddRange(inventory.Epochs.Where(epoch => !epoch.HasEnded).Select(epoch =>
            $"epoch {epoch.Id}: {Number(epoch.Delivered)} records, up to {Time(epoch.Reaches)}{Clock(epoch)}"));
        lines.AddRange(inventory.Lost.Select(Lost));
        var next = log.First ?? inventory.FirstHour();
        return new(lines, next is { } hour ? Blocking(log.NextOf(hour), inventory) : []);
    }

    /// <summary>Declares records lost.</summary>
    /// <param name="recorder">Whose they were.</param>
    /// <param name="epoch">Its boot.</param>
    /// <param name="range"><c>FROM-TO</c>; null for all that is missing, and then nothing more is awaited.</param>
    /// <param name="reason">Why.</param>
    /// <param name="operatorName">Who says so.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    public async Task<OfficeReport> DeclareLostAsync(
        string recorder, long epoch, string? range, string reason, string operatorName,
        CancellationToken cancellationToken)
    {
        SequenceRange? wanted = null;
        if (range is not null)
        {
            if (!Declaration.TryRange(range, out var read)) return new([], [$"'{range}' is not FROM-TO, as 101-120."]);
            wanted = read;
        }
        var (lost, refusal) = await new Declaring(store, _sealer, time).RunAsync(
            new Declaration(recorder, epoch, wanted, reason, operatorName), cancellationToken);
        return lost is null ? new([], [refusal!]) : new([Lost(lost)], []);
    }

    /// <summary>Bills a month.</summary>
    /// <param name="period">Which.</param>
    /// <param name="tenant">Whose invoices are written to the folder; null: everybody's.</param>
    /// <param name="folder">Where invoices are written beside the store; null: nowhere.</param>
    /// <param name="cancellationToken">Ends it between two invoices; the same call goes on.</param>
    public async Task<OfficeReport> BillAsync(
        Period period, string? tenant, string? folder, CancellationToken cancellationToken)
    {
        if (folder is not null) Directory.CreateDirectory(folder);
        var written = 0;
        var outcome = await NewBiller().RunAsync(period, WriteAsync, cancellationToken);
        if (outcome.Close is not { } close) return new([], outcome.Refusals) { IsRefused = true };
        var report = PeriodReport.Of(outcome.Freeze!, close);
        if (folder is not null)
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder, $"report-{period}.txt"), report.Text(), new UTF8Encoding(false),
                cancellationToken);
        }
        var unfound = tenant is not null && written == 0
            ? [$"{tenant} has no invoice of {period}."]
            : Array.Empty<string>();
        return new(report.Lines, [.. report.Failures, .. unfound]);

        async Task WriteAsync(MadeInvoice made)
        {
            if (tenant is not null && made.Invoice.Tenant != tenant) return;
            written++;
            if (folder is null) return;
            foreach (var (name, bytes) in made.Forms())
            {
                await File.WriteAllBytesAsync(
                    Path.Combine(folder, $"{made.Invoice.Number}.{name}"), bytes, cancellationToken);
            }
        }
    }

    /// <summary>Holds a month's seals against the ledger.</summary>
    public async Task<OfficeReport> ReconcileAsync(Period period, CancellationToken cancellationToken)
    {
        if (ledger is null) return new([], ["The settings name no ledger (Ledger)."]) { IsRefused = true };
        var tenants = new List<string>();
        await foreach (var stretch in plans.ReadAsync(period.From, period.Until, cancellationToken))
        {
            if (tenants.Count == 0 || tenants[^1] != stretch.Tenant) tenants.Add(stretch.Tenant);
        }
        var found = await new Reconciler(store, ledger, _sealer.Log, billing.Value)
            .RunAsync(period, tenants, cancellationToken);
        return new(
            [
                $"{period}: {Number(found.Tenants)} tenants, {Number(found.Answers)} answers, "
                + $"{found.Differences.Count} differences; {found.HoursOpen} hours are not sealed and were left out",
            ],
            [.. found.Differences.Select(difference => difference.ToString())]);
    }

    /// <summary>Packs away what is old enough.</summary>
    public async Task<OfficeReport> ArchiveAsync(CancellationToken cancellationToken)
    {
        if (cold is null) return NoColdStore();
        var run = await new Archiver(store, cold, _sealer.Log, billing.Value, archive.Value, time)
            .RunAsync(cancellationToken);
        return new(
            [
                .. run.Manifests.Select(Line),
                $"{run.Manifests.Count} days packed, {run.SegmentsRemoved} hot segments removed",
            ],
            [.. run.LeftDays.Select(left => $"{left.Day} is left: {left.Reason}")]);
    }

    /// <summary>Reads the whole archive.</summary>
    public async Task<OfficeReport> VerifyAsync(Action<string>? told, CancellationToken cancellationToken)
    {
        if (cold is null) return NoColdStore();
        var reading = new ArchiveReading(store, cold);
        var faults = await reading.VerifyAsync(told, cancellationToken);
        return new([$"{faults.Count} faults"], faults);
    }

    /// <summary>Brings days back.</summary>
    public async Task<OfficeReport> RestoreAsync(string first, string last, CancellationToken cancellationToken)
    {
        if (cold is null) return NoColdStore();
        var (restored, faults) = await new ArchiveReading(store, cold).RestoreAsync(first, last, cancellationToken);
        return new([$"{restored} objects restored; they stay for {archive.Value.RestoredFor}"], faults);
    }

    /// <summary>Tells what is in the archive.</summary>
    public async Task<OfficeReport> ArchiveReportAsync(CancellationToken cancellationToken)
    {
        if (cold is null) return NoColdStore();
        var chain = await new ArchiveReading(store, cold).ChainAsync(cancellationToken);
        var bytes = chain.Manifests.SelectMany(manifest => manifest.Volumes).Sum(volume => volume.Bytes);
        return new(
            [.. chain.Manifests.Select(Line), $"{chain.Manifests.Count} manifests, {Number(bytes)} bytes"],
            chain.Faults);
    }

    /// <inheritdoc/>
    public void Dispose() => _sealer.Dispose();

    private static OfficeReport NoColdStore() =>
        new([], ["The settings name no cold store (Archive:Store, docs/billing.md)."]) { IsRefused = true };

    private Biller NewBiller() => new(store, _sealer.Log, plans, billing.Value, time);

    private static IReadOnlyList<string> Blocking(DateTimeOffset hour, Inventory inventory) =>
        [.. SealStep.Blockers(hour, inventory.Epochs).Select(blocker => $"{Hour(hour)} waits: {blocker}")];

    private static IReadOnlyList<string> Failures(SealReport report) =>
    [
        .. report.OpenHours.SelectMany(open => open.Value.Select(blocker => (Text: blocker.ToString(), Hour: open.Key)))
            .GroupBy(each => each.Text).Select(same => same.Count() == 1
                ? $"{Hour(same.First().Hour)} is open: {same.Key}"
                : $"{same.Count()} hours from {Hour(same.First().Hour)} are open: {same.Key}"),
    ];

    private static string Lost(LostRecords lost) =>
        $"lost: {lost.Recorder}, epoch {Number(lost.Epoch)}, "
        + (lost.Ranges.Count > 0 ? $"sequences {string.Join(", ", lost.Ranges)}" : "nothing that is known of")
        + (lost.IsGivenUp ? ", given up" : "") + $"; {lost.Reason} ({lost.Operator}, {Time(lost.At)})";

    private static string Line(ArchiveManifest manifest) =>
        $"{manifest.Day}: {manifest.Volumes.Sum(volume => volume.Files.Count)} files, "
        + $"{Number(manifest.Volumes.Sum(volume => volume.Bytes))} bytes in {manifest.Volumes.Count} volumes, "
        + $"keep until {manifest.KeepUntil.UtcDateTime:yyyy-MM-dd}";

    private static string Clock(EpochStanding epoch) => epoch.Raw?.ClockOffset is { } offset && offset != TimeSpan.Zero
        ? $"; its clock is {(offset < TimeSpan.Zero ? "ahead" : "behind")} by {offset.Duration()}"
        : "";

    private static string Hour(DateTimeOffset hour) =>
        hour.UtcDateTime.ToString("yyyy-MM-dd'T'HH'Z'", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What an act of the office tells.</summary>
/// <param name="Lines">What was done.</param>
/// <param name="Failures">What was not, or is not as it should be; empty when all is well.</param>
public sealed record OfficeReport(IReadOnlyList<string> Lines, IReadOnlyList<string> Failures)
{
    /// <summary>Whether nothing was begun.</summary>
    public bool IsRefused { get; init; }
}
