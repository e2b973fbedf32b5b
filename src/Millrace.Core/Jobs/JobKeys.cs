using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Objects;

namespace Millrace.Core.Jobs;

/// <summary>
/// Where the objects of durable jobs stand in the object store. Ids stand in keys as the complement of their bits, so
/// that a store, which lists by bytes, gives the newest first. Pure.
/// <list type="bullet">
/// <item><c>jobs/{tenant}/{id}</c> with <c>.claim</c>, <c>.job</c>, <c>.outcome</c>, <c>.result.{attempt}.{n}</c>,
/// <c>.source</c>, <c>.watermark</c>: no folder for each job, which on files would cost as much as two objects;</item>
/// <item><c>uploads/{tenant}/{id}</c>: sources that came before their jobs;</item>
/// <item><c>sources/{tenant}/…</c>: what a tenant put into the bucket itself;</item>
/// <item><c>idempotency/{tenant}/{SHA-256 of the key}</c>;</item>
/// <item><c>dead/{id}</c>: jobs that were given up.</item>
/// </list>
/// </summary>
public static class JobKeys
{
    /// <summary>Prefix of all jobs.</summary>
    public const string Jobs = "jobs/";

    /// <summary>Prefix of all uploads.</summary>
    public const string Uploads = "uploads/";

    /// <summary>Prefix of what tenants put into the bucket themselves.</summary>
    public const string Sources = "sources/";

    /// <summary>Prefix of all idempotency keys.</summary>
    public const string Idempotency = "idempotency/";

    /// <summary>Prefix of the jobs that were given up.</summary>
    public const string Dead = "dead/";

    private const int SegmentLengthMax = 128;
    private const int IdLength = 32;

    /// <summary>
    /// A tenant as a segment: <c>a-z 0-9 -</c> stand for themselves, every other byte of its UTF-8 as <c>=hh</c>; what
    /// would be longer than a segment may be is <c>~</c> and its SHA-256. Different tenants have different segments.
    /// </summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public static string Tenant(string tenant)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        var segment = new StringBuilder(tenant.Length);
        foreach (var letter in Encoding.UTF8.GetBytes(tenant))
        {
            if (IsPlain(letter)) segment.Append((char)letter);
            else segment.Append('=').Append(Convert.ToHexStringLower([letter]));
        }
        return segment.Length <= SegmentLengthMax ? segment.ToString() : "~" + Sha256(tenant);
    }

    /// <summary>An id as a segment: 32 hexadecimal digits, of which the newest id of version 7 has the least.</summary>
    public static string Id(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        Complement(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Reads a segment of <see cref="Id"/>; null when it is none.</summary>
    public static Guid? ReadId(string segment)
    {
        if (segment.Length != IdLength || !segment.All(char.IsAsciiHexDigitLower)) return null;
        var bytes = Convert.FromHexString(segment);
        Complement(bytes);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>
    /// The segment that sorts before the ids made at a time and earlier, and after those made later: where a walk from
    /// the newest reaches that age.
    /// </summary>
    public static string IdAt(DateTimeOffset time) => Id(Guid.CreateVersion7(time))[..12];

    /// <summary>Prefix of a tenant's jobs.</summary>
    public static string JobsOf(string tenant) => $"{Jobs}{Tenant(tenant)}/";

    /// <summary>A key that sorts behind all objects of a job, and before those of the next.</summary>
    /// <param name="folder">Prefix of its tenant's jobs.</param>
    /// <param name="id">The segment of the job's id.</param>
    public static ObjectKey Behind(string folder, string id) => ObjectKey.Of($"{folder}{id}~");

    /// <summary>The job's <see cref="JobRecord"/>.</summary>
    public static ObjectKey Record(string tenant, Guid id) => Part(tenant, id, JobObject.RecordName);

    /// <summary>The job's <see cref="JobClaim"/>.</summary>
    public static ObjectKey Claim(string tenant, Guid id) => Part(tenant, id, JobObject.ClaimName);

    /// <summary>The job's <see cref="JobOutcome"/>.</summary>
    public static ObjectKey Outcome(string tenant, Guid id) => Part(tenant, id, JobObject.OutcomeName);

    /// <summary>The job's image.</summary>
    public static ObjectKey Source(string tenant, Guid id) => Part(tenant, id, JobObject.SourceName);

    /// <summary>The job's watermark.</summary>
    public static ObjectKey Watermark(string tenant, Guid id) =>
        Part(tenant, id, JobObject.WatermarkName);

    /// <summary>A result of one attempt: what another attempt wrote is never touched.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">The job.</param>
    /// <param name="attempt">Id of the attempt.</param>
    /// <param name="number">Of the transform, from 0.</param>
    public static ObjectKey Result(string tenant, Guid id, Guid attempt, int number) =>
        Part(tenant, id, FormattableString.Invariant($"{JobObject.ResultName}.{attempt:N}.{number}"));

    /// <summary>A source that came before its job.</summary>
    public static ObjectKey Upload(string tenant, Guid id) => ObjectKey.Of($"{Uploads}{Tenant(tenant)}/{Id(id)}");

    /// <summary>Prefix of what a tenant may name as <c>s3://bucket/…</c>.</summary>
    public static string SourcesOf(string tenant) => $"{Sources}{Tenant(tenant)}/";

    /// <summary>The <see cref="IdempotencyEntry"/> of a tenant's key.</summary>
    public static ObjectKey IdempotencyEntry(string tenant, string key) =>
        ObjectKey.Of($"{Idempotency}{Tenant(tenant)}/{Sha256(key)}");

    /// <summary>The <see cref="DeadJob"/> of a job.</summary>
    public static ObjectKey DeadJob(Guid id) => ObjectKey.Of(Dead + Id(id));

    private static ObjectKey Part(string tenant, Guid id, string name) =>
        ObjectKey.Of($"{JobsOf(tenant)}{Id(id)}.{name}");

    private static bool IsPlain(byte letter) =>
        letter is >= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9' or (byte)'-';

    private static string Sha256(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static void Complement(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)~bytes[i];
    }
}
