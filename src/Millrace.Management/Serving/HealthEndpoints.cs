using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Promises;
using Millrace.Management.Callers;
using Millrace.Management.Store;

namespace Millrace.Management.Serving;

/// <summary>Whether this process lives, whether it should get traffic, and what it is.</summary>
internal sealed class HealthEndpoints(DatabaseDoor door, LiveAnswers answers, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods("/health/live", methods, (RequestDelegate)(context => WriteAsync(context, "ok")))
            .WithMetadata(Demand.Everybody).DisableHttpMetrics();
        routes.MapMethods("/health/ready", methods, (RequestDelegate)ReadyAsync)
            .WithMetadata(Demand.Everybody).DisableHttpMetrics();
        routes.MapGet(ServiceDefinition.Path, (RequestDelegate)TellAsync).WithMetadata(Demand.Everybody);
    }

    private async Task TellAsync(HttpContext context)
    {
        context.Response.ContentType = ServiceText.MediaType;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(
            ServiceText.Of(ServiceDefinition.Management, answers), context.RequestAborted);
    }

    private async Task ReadyAsync(HttpContext context)
    {
        if (await AnswersAsync(context.RequestAborted))
        {
            await WriteAsync(context, "ok");
            return;
        }
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await WriteAsync(context, "The database does not answer.");
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await using var db = door.Open();
            return await db.Counter.AnyAsync(either.Token);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException
            or InvalidOperationException { InnerException: DbException })
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static Task WriteAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }
}
