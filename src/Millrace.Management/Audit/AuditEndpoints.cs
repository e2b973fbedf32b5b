using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Routing;
using Millrace.Management.Answers;
using Millrace.Management.Callers;
using Millrace.Management.Operators;
using Millrace.Management.Routes;

namespace Millrace.Management.Audit;

/// <summary><c>/admin/v1/audit</c>: who changed what.</summary>
internal sealed class AuditEndpoints(AuditReader audit)
{
    private const int SubjectLengthMax = 200;

    /// <summary>Maps it.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        new OperationMap(routes, "/admin/v1/audit", AuditJson.Default).Get(
            "", Demand.Operator(OperatorRole.Viewer), new("listAudit", "List what was changed, the newest first")
            {
                Answer = AuditJson.Default.PageAuditForm,
                IsList = true,
                Query = new Dictionary<string, string>
                {
                    ["subject"] = "Only of this, for example tenant/ID, key/ID or plan/NAME.",
                },
            }, ListAsync);

    private async Task<Answer> ListAsync(Call call)
    {
        if (call.ReadPage(out var page) is { } problem) return problem;
        if (page.After is not null && ReadMark(page.After) is null)
            return Problem.Field("after", "it is none", "next of a page");
        var subject = call.Query("subject");
        if (subject?.Length > SubjectLengthMax) return Problem.Field("subject", "it is too long", "tenant/ID and such");
        var before = page.After is null ? null : ReadMark(page.After);
        var entries = await audit.ListAsync(before, subject, page.Limit, call.Gone);
        var next = entries.Count == page.Limit ? Write(entries[^1].Mark) : null;
        return Answer.Of(
            new Page<AuditForm>([.. entries.Select(AuditForm.Of)], next), AuditJson.Default.PageAuditForm);
    }

    private static string Write(AuditMark mark) =>
        string.Create(CultureInfo.InvariantCulture, $"{mark.Revision}.{mark.Part}");

    private static AuditMark? ReadMark(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var part)
                ? new AuditMark(revision, part)
                : null;
    }
}

/// <summary>One thing that was changed.</summary>
internal sealed record AuditForm
{
    [Description("When.")]
    public required DateTimeOffset At { get; init; }

    [Description("Who: token:NAME, oidc:SUBJECT or key:ID.")]
    public required string Actor { get; init; }

    [Description("What was done, for example key.revoke.")]
    public required string Action { get; init; }

    [Description("To what, for example key/ID.")]
    public required string Subject { get; init; }

    [Description("How it was; absent: it was not there.")]
    public string? Before { get; init; }

    [Description("How it is; absent: it is gone.")]
    public string? After { get; init; }

    public static AuditForm Of(AuditEntry entry) => new()
    {
        At = entry.At,
        Actor = entry.Actor,
        Action = entry.Action,
        Subject = entry.Subject,
        Before = entry.Before,
        After = entry.After,
    };
}

/// <summary>Source-generated writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Page<AuditForm>))]
internal sealed partial class AuditJson : JsonSerializerContext;
