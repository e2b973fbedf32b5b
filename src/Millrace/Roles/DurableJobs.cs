using Millrace.Edge.Jobs;
using Millrace.Edge.Webhooks;
using Millrace.Worker;

namespace Millrace.Roles;

/// <summary>Adds durable jobs to a role, where there is an object store to keep them in.</summary>
internal static class DurableJobs
{
    /// <summary>Adds jobs to an edge whose store is there.</summary>
    public static void AddToEdge(WebApplicationBuilder builder)
    {
        if (ObjectStores.Add(builder)) builder.Services.AddEdgeJobs().AddEdgeWebhooks();
    }

    /// <summary>Adds jobs to a worker whose store is there.</summary>
    public static void AddToWorker(WebApplicationBuilder builder)
    {
        if (ObjectStores.Add(builder)) builder.Services.AddWorkerJobs();
    }
}
