using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Millrace.Core.Jobs;

/// <summary>
/// The JSON forms of what stands in the object store about jobs. Each has its version in the field <c>v</c>: fields may
/// be added within a version, and are passed over by those who do not know them; what changes a meaning takes a new
/// version, and is refused by those who do not know it.
/// </summary>
public static class JobText
{
    /// <summary>The version that this build writes and reads.</summary>
    public const int Version = 1;

    /// <summary>Longest text read: sixteen of the longest transforms, escaped, and room.</summary>
    public const int BytesMax = 512 * 1024;

    /// <summary>Writes a record.</summary>
    public static byte[] Write(JobRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(RecordForm.Of(record), JobJson.Default.RecordForm);

    /// <summary>Writes an outcome.</summary>
    public static byte[] Write(JobOutcome outcome) =>
        JsonSerializer.SerializeToUtf8Bytes(OutcomeForm.Of(outcome), JobJson.Default.OutcomeForm);

    /// <summary>Writes a claim.</summary>
    public static byte[] Write(JobClaim claim) =>
        JsonSerializer.SerializeToUtf8Bytes(ClaimForm.Of(claim), JobJson.Default.ClaimForm);

    /// <summary>Writes an idempotency key's entry.</summary>
    public static byte[] Write(IdempotencyEntry entry) =>
        JsonSerializer.SerializeToUtf8Bytes(IdempotencyForm.Of(entry), JobJson.Default.IdempotencyForm);

    /// <summary>Writes what operators are told of a job.</summary>
    public static byte[] Write(DeadJob dead) =>
        JsonSerializer.SerializeToUtf8Bytes(DeadForm.Of(dead), JobJson.Default.DeadForm);

    /// <summary>Reads a record; never throws.</summary>
    public static JobReading<JobRecord> ReadRecord(ReadOnlySpan<byte> text) =>
        Read(text, JobJson.Default.RecordForm, form => form.ToRecord());

    /// <summary>Reads an outcome; never throws.</summary>
    public static JobReading<JobOutcome> ReadOutcome(ReadOnlySpan<byte> text) =>
        Read(text, JobJson.Default.OutcomeForm, form => form.ToOutcome());

    /// <summary>Reads a claim; never throws.</summary>
    public static JobReading<JobClaim> ReadClaim(ReadOnlySpan<byte> text) =>
        Read(text, JobJson.Default.ClaimForm, form => form.ToClaim());

    /// <summary>Reads an idempotency key's entry; never throws.</summary>
    public static JobReading<IdempotencyEntry> ReadIdempotency(ReadOnlySpan<byte> text) =>
        Read(text, JobJson.Default.IdempotencyForm, form => form.ToEntry());

    /// <summary>Reads what operators are told of a job; never throws.</summary>
    public static JobReading<DeadJob> ReadDead(ReadOnlySpan<byte> text) =>
        Read(text, JobJson.Default.DeadForm, form => form.ToDead());

    private static JobReading<T> Read<TForm, T>(
        ReadOnlySpan<byte> text, JsonTypeInfo<TForm> type, Func<TForm, JobReading<T>> convert)
        where TForm : VersionedForm
        where T : class
    {
        if (text.Length > BytesMax) return new(null, $"It has more than {BytesMax} bytes.");
        try
        {
            var form = JsonSerializer.Deserialize(text, type);
            if (form is null) return new(null, "It is null.");
            return form.V == Version
                ? convert(form)
                : new(null, FormattableString.Invariant($"Its version is {form.V}; this build reads {Version}."));
        }
        catch (JsonException exception)
        {
            return new(null, $"It cannot be read: {exception.Message}");
        }
    }
}

/// <summary>What was read, or the reason why nothing was.</summary>
/// <param name="Value">Null when it could not be read.</param>
/// <param name="Reason">One sentence for the operator; empty when it was read.</param>
public readonly record struct JobReading<T>(T? Value, string Reason)
    where T : class;
