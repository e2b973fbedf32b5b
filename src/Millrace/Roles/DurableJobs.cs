using Millrace.Edge.Jobs;
using Millrace.Edge.Webhooks;
using Millrace.Storage.Files;
using Millrace.Worker;

namespace Millrace.Roles;

/// <summary>Adds durable jobs to a role, where there is an object store to keep them in.</summary>
internal static class DurableJobs
{
    private const string FolderSetting = "Storage:Files:Folder";

    /// <summary>Adds the object store that the settings name.</summary>
    /// <returns>False when they name none: the role then does without durable jobs.</returns>
    public static bool AddStore(WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration[FolderSetting])) return false;
        builder.Services.AddFileObjectStore();
        return true;
    }

    /// <summary>Adds jobs to an edge whose store is there.</summary>
    public static void AddToEdge(WebApplicationBuilder builder)
    {
        if (AddStore(builder)) builder.Services.AddEdgeJobs().AddEdgeWebhooks();
    }

    /// <summary>Adds jobs to a worker whose store is there.</summary>
    public static void AddToWorker(WebApplicationBuilder builder)
    {
        if (AddStore(builder)) builder.Services.AddWorkerJobs();
    }
}
