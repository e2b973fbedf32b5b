using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Millrace.Management.Answers;
using Millrace.Management.Operators;

namespace Millrace.Management.Callers;

/// <summary>Knows operators: by a token of the database, by the owner's file, or by the word of an issuer.</summary>
internal sealed class OperatorCallers
{
    private readonly OperatorTokens _tokens;
    private readonly OidcOperators _oidc;
    private readonly WrongTokens _wrong;
    private readonly byte[]? _owner;

    /// <summary>Reads the owner's file, where there is one.</summary>
    public OperatorCallers(
        OperatorTokens tokens, OidcOperators oidc, WrongTokens wrong, IOptions<CallerOptions> options)
    {
        (_tokens, _oidc, _wrong) = (tokens, oidc, wrong);
        var file = options.Value.OwnerFile;
        if (file.Length > 0) _owner = Bearer.HashOf(CallerFiles.Read(file));
    }

    /// <summary>Who sent a request, or why they may not.</summary>
    public async ValueTask<CallerReading> ReadAsync(HttpContext context, OperatorRole least)
    {
        if (Bearer.Of(context.Request) is not { } token) return CallerReading.Of(Missing());
        var found = _wrong.IsSpent(context.Connection.RemoteIpAddress)
            ? null
            : await FindAsync(token, context.RequestAborted);
        if (found is null) return Wrong(context);
        return found.Role >= least
            ? new(new KnownCaller { Operator = found }, null)
            : CallerReading.Of(Problem.Of(ProblemKinds.RoleMissing, $"It needs the role {least.Name()}.") with
            {
                Challenge = Bearer.Realm + ", error=\"insufficient_scope\"",
                Closes = true,
            });
    }

    private async ValueTask<Operator?> FindAsync(string token, CancellationToken cancellationToken)
    {
        var hash = Bearer.HashOf(token);
        if (_owner is not null && CryptographicOperations.FixedTimeEquals(hash, _owner))
            return new Operator("token:owner-file", OperatorRole.Owner);
        if (OperatorTokens.IsToken(token)) return await _tokens.FindAsync(token, cancellationToken);
        return await _oidc.FindAsync(token);
    }

    private static Problem Missing() =>
        Problem.Of(ProblemKinds.TokenMissing) with { Challenge = Bearer.Realm, Closes = true };

    private CallerReading Wrong(HttpContext context)
    {
        var wait = _wrong.Count(context.Connection.RemoteIpAddress);
        return CallerReading.Of(wait == TimeSpan.Zero
            ? Problem.Of(ProblemKinds.TokenUnknown) with { Challenge = Bearer.Invalid, Closes = true }
            : Problem.Of(ProblemKinds.TooManyWrongKeys) with { RetryAfter = wait, Closes = true });
    }
}
