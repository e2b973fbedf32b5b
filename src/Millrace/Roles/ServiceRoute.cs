using Millrace.Core.Promises;

namespace Millrace.Roles;

/// <summary>Tells what a role is, to everybody.</summary>
internal static class ServiceRoute
{
    /// <summary>Maps <see cref="ServiceDefinition.Path"/>.</summary>
    public static void MapService(this WebApplication app, ServiceDefinition definition)
    {
        var answers = app.Services.GetRequiredService<LiveAnswers>();
        app.MapGet(
            ServiceDefinition.Path,
            () => Results.Bytes(ServiceText.Of(definition, answers), ServiceText.MediaType));
    }
}
