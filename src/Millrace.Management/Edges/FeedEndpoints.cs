using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Millrace.Core.Identity;
using Millrace.Management.Answers;
using Millrace.Management.Callers;

namespace Millrace.Management.Edges;

/// <summary>Tells edges and senders over HTTP what the feed tells in one process; <see cref="IdentityWire"/>.</summary>
internal sealed class FeedEndpoints(IIdentityFeed feed)
{
    private static readonly byte[] LineEnd = [(byte)'\n'];

    /// <summary>Maps the four addresses, for whom the cluster's secret is known to.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(IdentityWire.SnapshotPath, Guarded(SnapshotAsync)).WithMetadata(Demand.Cluster);
        routes.MapGet(IdentityWire.ChangesPath, Guarded(ChangesAsync)).WithMetadata(Demand.Cluster);
        routes.MapGet(IdentityWire.KeysPath + "{hash}", Guarded(FindKeyAsync)).WithMetadata(Demand.Cluster);
        routes.MapGet(IdentityWire.DigestPath, Guarded(DigestAsync)).WithMetadata(Demand.Cluster);
    }

    private async Task SnapshotAsync(HttpContext context, IdentityReader reader)
    {
        context.Response.ContentType = IdentityWire.LinesMediaType;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await foreach (var whole in feed.SnapshotAsync(reader, context.RequestAborted))
        {
            foreach (var page in IdentityPages.Cut(whole))
            {
                await context.Response.Body.WriteAsync(IdentityText.Write(page), context.RequestAborted);
                await context.Response.Body.WriteAsync(LineEnd, context.RequestAborted);
            }
        }
    }

    private async Task ChangesAsync(HttpContext context, IdentityReader reader)
    {
        var after = IdentityWire.ReadAfter(context.Request.Query[IdentityWire.After]);
        var wait = IdentityWire.ReadWait(context.Request.Query[IdentityWire.WaitMs]);
        if (after is null || wait is null)
        {
            await RefuseAsync(context, "after or waitMs is missing or out of range.");
            return;
        }
        var page = await feed.ChangesAsync(reader, after.Value, wait.Value, context.RequestAborted);
        await WriteAsync(context, IdentityText.Write(IdentityPages.Cut(page).First()));
    }

    private async Task FindKeyAsync(HttpContext context, IdentityReader reader)
    {
        if (!KeyHash.TryParse(context.Request.RouteValues["hash"] as string, out var hash))
        {
            await RefuseAsync(context, "This is no hash.");
            return;
        }
        var entries = await feed.FindKeyAsync(reader, hash, context.RequestAborted);
        await WriteAsync(context, IdentityText.Write(entries));
    }

    private async Task DigestAsync(HttpContext context, IdentityReader reader) =>
        await WriteAsync(context, IdentityText.Write(await feed.DigestAsync(reader, context.RequestAborted)));

    // What has begun cannot be refused any more: then the connection is cut, and the reader sees that it is not whole.
    private static RequestDelegate Guarded(Func<HttpContext, IdentityReader, Task> tell) => async context =>
    {
        var query = context.Request.Query;
        if (IdentityWire.ReadReader(query[IdentityWire.Reader], query[IdentityWire.Role]) is not { } reader)
        {
            await RefuseAsync(context, "reader or role is missing.");
            return;
        }
        try
        {
            await tell(context, reader);
        }
        catch (IdentityFeedException) when (!context.Response.HasStarted)
        {
            await ProblemWriter.WriteAsync(
                context, Problem.Of(ProblemKinds.DatabaseAway) with { RetryAfter = TimeSpan.FromSeconds(1) });
        }
        catch (IdentityFeedException)
        {
            context.Abort();
        }
    };

    private static Task WriteAsync(HttpContext context, byte[] text)
    {
        context.Response.ContentType = IdentityWire.TextMediaType;
        context.Response.ContentLength = text.Length;
        return context.Response.Body.WriteAsync(text, context.RequestAborted).AsTask();
    }

    private static Task RefuseAsync(HttpContext context, string reason) =>
        ProblemWriter.WriteAsync(context, Problem.Of(ProblemKinds.BadRequest, reason));
}
