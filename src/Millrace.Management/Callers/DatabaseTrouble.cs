using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Millrace.Management.Answers;
using Millrace.Management.Store;

namespace Millrace.Management.Callers;

/// <summary>Tells who comes while the database is away to come again.</summary>
internal sealed partial class DatabaseTrouble(ILogger<DatabaseTrouble> log)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Serves a request, as long as the database does.</summary>
    public async Task GuardAsync(HttpContext context, Func<Task> serve)
    {
        try
        {
            await serve();
        }
        catch (Exception exception) when (IsTrouble(exception) && !context.Response.HasStarted)
        {
            LogAway(exception.GetBaseException().Message);
            await ProblemWriter.WriteAsync(
                context, Problem.Of(ProblemKinds.DatabaseAway) with { RetryAfter = RetryAfter });
        }
    }

    private static bool IsTrouble(Exception exception) => exception is ManagementStoreException or DbException
        or DbUpdateException or TimeoutException or InvalidOperationException { InnerException: DbException };

    [LoggerMessage(7501, LogLevel.Warning, "A request could not be served: {Reason}")]
    private partial void LogAway(string reason);
}
