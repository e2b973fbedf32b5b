using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Management.Answers;
using Millrace.Management.Callers;
using Millrace.Management.Operators;
using Millrace.Management.Routes;

namespace Millrace.Management.Team;

/// <summary><c>/admin/v1/operators</c>: who has a token. Those whom an issuer lets in are not among them.</summary>
internal sealed class OperatorEndpoints(OperatorTokens tokens)
{
    private const string Prefix = "/admin/v1/operators";

    private static readonly Demand Viewer = Demand.Operator(OperatorRole.Viewer);
    private static readonly Demand Owner = Demand.Operator(OperatorRole.Owner);

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var map = new OperationMap(routes, Prefix, TeamJson.Default);
        map.Get("", Viewer, new("listOperators", "List who has a token")
        {
            Answer = TeamJson.Default.PageOperatorForm,
        }, ListAsync);
        map.Post<OperatorBody>("", Owner, new("createOperator", "Let an operator in")
        {
            Answer = TeamJson.Default.NewOperatorForm,
            Status = StatusCodes.Status201Created,
            Problems = [ProblemKinds.NotNow, ProblemKinds.TooMany],
        }, CreateAsync);
        map.Delete("/{name}", Owner, new("deleteOperator", "Take an operator's token away")
        {
            Description = "At once. Again is harmless. Whoever takes the last owner's away needs "
                + "millrace manage --reset-token.",
            Status = StatusCodes.Status204NoContent,
        }, DeleteAsync);
    }

    private async Task<Answer> ListAsync(Call call) => Answer.Of(
        new Page<OperatorForm>([.. (await tokens.ListAsync(call.Gone)).Select(OperatorForm.Of)], null),
        TeamJson.Default.PageOperatorForm);

    private async Task<Answer> CreateAsync(Call call, OperatorBody body)
    {
        if (OperatorRoles.Parse(body.Role) is not { } role)
            return Problem.Field("role", "it is none", OperatorRoles.Allowed);
        var outcome = await tokens.CreateAsync(call.Caller.Actor, body.Name, role, call.Gone);
        return outcome.Refusal is { } refusal ? Refusals.Tell(refusal) : Answer.Of(
            new NewOperatorForm { Name = body.Name, Role = body.Role, Token = outcome.Value! },
            TeamJson.Default.NewOperatorForm, status: StatusCodes.Status201Created,
            location: $"{Prefix}/{body.Name}");
    }

    private async Task<Answer> DeleteAsync(Call call)
    {
        await tokens.DeleteAsync(call.Caller.Actor, call.Part("name"), call.Gone);
        return Answer.Nothing;
    }
}

/// <summary>An operator to be let in.</summary>
internal sealed record OperatorBody
{
    [Description("1 to 64 of a-z, 0-9 and '-'; nobody else's.")]
    public required string Name { get; init; }

    [Description("viewer, operator or owner.")]
    public required string Role { get; init; }
}

/// <summary>An operator who has a token.</summary>
internal sealed record OperatorForm
{
    [Description("Whose.")]
    public required string Name { get; init; }

    [Description("viewer, operator or owner.")]
    public required string Role { get; init; }

    [Description("When it was made.")]
    public required DateTimeOffset CreatedAt { get; init; }

    public static OperatorForm Of(OperatorView view) =>
        new() { Name = view.Name, Role = view.Role.Name(), CreatedAt = view.CreatedAt };
}

/// <summary>A token that was made: the only time that it is told.</summary>
internal sealed record NewOperatorForm
{
    [Description("Whose.")]
    public required string Name { get; init; }

    [Description("viewer, operator or owner.")]
    public required string Role { get; init; }

    [Description("The token. It is told this once.")]
    public required string Token { get; init; }
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OperatorBody))]
[JsonSerializable(typeof(NewOperatorForm))]
[JsonSerializable(typeof(Page<OperatorForm>))]
internal sealed partial class TeamJson : JsonSerializerContext;
