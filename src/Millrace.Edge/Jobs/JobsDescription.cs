using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Millrace.Edge.Jobs;

/// <summary>Placeholder.</summary>
internal sealed class JobsDescription : IOpenApiDocumentTransformer
{
    /// <inheritdoc/>
    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
