using Microsoft.Extensions.Hosting;

namespace Millrace.Management.Operators;

/// <summary>
/// Makes the first owner's token at the first start of an empty database; of two replicas that start at once, one does.
/// </summary>
public sealed class FirstOperator(OperatorTokens tokens) : IHostedService
{
    /// <summary>The token, when this start has made it: to be shown, once.</summary>
    public string? Token { get; private set; }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken) =>
        Token = await tokens.MakeFirstAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
