using System.Globalization;
using System.Text;
using Millrace.Core.Objects;

namespace Millrace.Doctor;

/// <summary>Looks at the object store: its one promise, that a name is created once, and its clock.</summary>
/// <param name="store">The store.</param>
/// <param name="time">Measures, and is the clock that is compared.</param>
internal sealed class StoreExamination(IObjectStore store, TimeProvider time)
{
    private const int Racers = 8;
    private static readonly TimeSpan ClockPoor = TimeSpan.FromSeconds(3);

    /// <summary>Creates, reads and deletes objects under <c>doctor/</c>.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of("doctor/" + Guid.CreateVersion7(time.GetUtcNow()).ToString("N"));
        try
        {
            return await ExamineAsync(key, cancellationToken);
        }
        catch (ObjectStoreException exception)
        {
            return [Finding.Bad("store", exception.Message)];
        }
    }

    private async Task<IReadOnlyList<Finding>> ExamineAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var (before, start) = (time.GetUtcNow(), time.GetTimestamp());
        var racing = await Task.WhenAll(Enumerable.Range(0, Racers).Select(
            racer => PutAsync(key, racer, cancellationToken)));
        var took = time.GetElapsedTime(start);
        var later = await PutAsync(key, Racers, cancellationToken);
        var head = await store.HeadAsync(key, cancellationToken);
        await store.DeleteAsync(key, cancellationToken);
        var winners = racing.Count(outcome => outcome == PutOutcome.Stored);
        return
        [
            Once(winners, later, took),
            head is { } stored
                ? Clock(stored.ModifiedAt - before, took)
                : Finding.Bad("store", "What was stored is not there a moment later."),
        ];
    }

    private Task<PutOutcome> PutAsync(ObjectKey key, int racer, CancellationToken cancellationToken)
    {
        var text = Encoding.ASCII.GetBytes(racer.ToString(CultureInfo.InvariantCulture));
        return store.PutAsync(key, new MemoryStream(text), text.Length, PutMode.Create, cancellationToken);
    }

    private static Finding Once(int winners, PutOutcome later, TimeSpan took)
    {
        var seen = string.Create(
            CultureInfo.InvariantCulture,
            $"of {Racers} create-only puts at once {winners} were told that they created it, in "
            + $"{took.TotalMilliseconds:0} ms");
        if (later != PutOutcome.Exists || winners == 0)
            return Finding.Bad("store", seen + "; one that came later did too: it does not keep create-only puts");
        return winners == 1
            ? Finding.Well("store", seen)
            : Finding.Poor("store", seen + ": only with Storage:S3:AllowRacingCreates may it be used");
    }

    private static Finding Clock(TimeSpan ahead, TimeSpan took)
    {
        // Some stores tell whole seconds.
        var off = ahead < TimeSpan.Zero ? -ahead : ahead > took ? ahead - took : TimeSpan.Zero;
        var seen = string.Create(
            CultureInfo.InvariantCulture, $"the store's clock is {off.TotalSeconds:0.0} s off this one");
        return off > ClockPoor
            ? Finding.Poor("clock", seen + ": have both follow a time server")
            : Finding.Well("clock", seen);
    }
}
