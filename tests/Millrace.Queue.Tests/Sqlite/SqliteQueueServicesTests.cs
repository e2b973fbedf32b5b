using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Queue.Sqlite;

namespace Millrace.Queue.Tests.Sqlite;

public sealed class SqliteQueueServicesTests : IAsyncDisposable
{
    private readonly QueueFolder _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task AddSqliteQueue_WhenTheHostStarts_OpensBoth()
    {
        using var host = Build(("Folder", _folder.Options.Folder), ("MemoryTicketsMax", "7"));

        await host.StartAsync(CancellationToken.None);

        Assert.IsType<SqliteJobQueue>(host.Services.GetRequiredService<IJobQueue>());
        Assert.True(host.Services.GetRequiredService<IJobQueue>().Health[0].IsHealthy);
        Assert.Null(host.Services.GetRequiredService<IPoisonLedger>().Behind);
        Assert.Equal(7, host.Services.GetRequiredService<IOptions<SqliteQueueOptions>>().Value.MemoryTicketsMax);
        await host.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("Folder", "")]
    [InlineData("MemoryTicketsMax", "0")]
    [InlineData("DiskTicketsMax", "0")]
    [InlineData("FileBytesMax", "1000")]
    [InlineData("RetryDelay", "00:00:00")]
    public async Task AddSqliteQueue_WhenAnOptionIsOutOfRange_NamesIt(string name, string value)
    {
        using var host = Build(("Folder", _folder.Options.Folder), (name, value));

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => host.StartAsync(CancellationToken.None));

        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    private static IHost Build(params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        foreach (var (name, value) in settings) builder.Configuration["Queue:Sqlite:" + name] = value;
        builder.Services.AddSqliteQueue();
        return builder.Build();
    }
}
