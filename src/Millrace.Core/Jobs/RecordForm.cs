using Millrace.Core.Images;
using Millrace.Core.Objects;

namespace Millrace.Core.Jobs;

/// <summary>What every form has.</summary>
internal abstract class VersionedForm
{
    public int V { get; set; }
}

/// <summary>Hashes as they are stored.</summary>
internal static class Sha256Text
{
    /// <summary>Whether a text is a SHA-256, 64 lower-case hexadecimal digits.</summary>
    public static bool Is(string? hash) => hash is { Length: 64 } && hash.All(char.IsAsciiHexDigitLower);
}

/// <summary>A <see cref="JobRecord"/> as it is stored.</summary>
internal sealed class RecordForm : VersionedForm
{
    public Guid? Id { get; set; }

    public string? Tenant { get; set; }

    public DateTimeOffset? AcceptedAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public SourceForm? Source { get; set; }

    public SourceForm? Watermark { get; set; }

    public List<TransformForm?>? Transforms { get; set; }

    public string? Webhook { get; set; }

    public string? Trace { get; set; }

    public static RecordForm Of(JobRecord record) => new()
    {
        V = JobText.Version,
        Id = record.Id,
        Tenant = record.Tenant,
        AcceptedAt = record.AcceptedAt,
        ExpiresAt = record.ExpiresAt,
        Source = SourceForm.Of(record.Source),
        Watermark = record.Watermark is null ? null : SourceForm.Of(record.Watermark),
        Transforms = [.. record.Transforms.Select(each => new TransformForm(each.Name, each.Transform))],
        Webhook = record.Webhook,
        Trace = record.Trace,
    };

    public JobReading<JobRecord> ToRecord()
    {
        if (Id is not { } id || string.IsNullOrEmpty(Tenant)) return new(null, "It lacks an id or a tenant.");
        if (AcceptedAt is not { } accepted || ExpiresAt is not { } expires) return new(null, "It lacks its times.");
        if (Source?.ToSource() is not { } source) return new(null, "Its source cannot be read.");
        return ReadTransforms() is { } transforms
            ? Marked(new JobRecord
            {
                Id = id,
                Tenant = Tenant,
                AcceptedAt = accepted,
                ExpiresAt = expires,
                Source = source,
                Transforms = transforms,
                Webhook = Webhook,
                Trace = Trace,
            })
            : new(null, "Its transforms cannot be read.");
    }

    private JobReading<JobRecord> Marked(JobRecord record)
    {
        if (Watermark is null) return new(record, "");
        return Watermark.ToSource() is { } watermark
            ? new(record with { Watermark = watermark }, "")
            : new(null, "Its watermark cannot be read.");
    }

    private List<JobTransform>? ReadTransforms()
    {
        if (Transforms is not { Count: > 0 and <= JobRecord.TransformsMax }) return null;
        var read = new List<JobTransform>();
        foreach (var form in Transforms)
        {
            if (form is not { Name: { } name, Transform: { } transform } || !JobTransform.IsName(name)) return null;
            if (read.Exists(before => before.Name == name)) return null;
            read.Add(new(name, transform));
        }
        return read;
    }
}

/// <summary>A transform as it is stored.</summary>
internal sealed record TransformForm(string? Name, string? Transform);

/// <summary>A <see cref="JobSource"/> as it is stored.</summary>
internal sealed class SourceForm
{
    public string? Key { get; set; }

    public string? Sha256 { get; set; }

    public long Bytes { get; set; }

    public string? Format { get; set; }

    public int Width { get; set; }

    public int Height { get; set; }

    public int Frames { get; set; } = 1;

    public bool Progressive { get; set; }

    public int Scans { get; set; } = 1;

    public static SourceForm Of(JobSource source) => new()
    {
        Key = source.Key.ToString(),
        Sha256 = source.ContentHash,
        Bytes = source.Bytes,
        Format = source.Header.Format.Name(),
        Width = source.Header.Width,
        Height = source.Header.Height,
        Frames = source.Header.Frames,
        Progressive = source.Header.Progressive,
        Scans = source.Header.Scans,
    };

    public JobSource? ToSource()
    {
        if (!ObjectKey.TryParse(Key, out var key) || !Sha256Text.Is(Sha256)) return null;
        if (ImageFormats.Parse(Format) is not { } format) return null;
        var sizes = Math.Min(Math.Min(Width, Height), Math.Min(Frames, Scans));
        return Bytes < 0 || sizes < 1
            ? null
            : new JobSource(key, Sha256!, Bytes, new(format, Width, Height, Frames, Progressive, Scans));
    }
}
