using System.Diagnostics;
using Millrace.Core.Objects;

namespace Millrace.Contracts.Objects;

/// <summary>
/// What an <see cref="IObjectStore"/> does whose creates are atomic: of any number of writers, one succeeds.
/// </summary>
public abstract class CreateRaceContract : IAsyncLifetime
{
    private const int Writers = 32;

    /// <summary>A store that is empty.</summary>
    protected abstract ValueTask<IObjectStore> CreateAsync();

    /// <summary>Another process, which does what Millrace.Storage.Victim does, on the store made last.</summary>
    protected abstract ProcessStartInfo Process();

    /// <summary>How many objects processes race for.</summary>
    protected abstract int Races { get; }

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Closes every store that was made, and removes what it holds.</summary>
    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Create_ByManyAtOnce_SucceedsForOne()
    {
        var store = await CreateAsync();
        for (var round = 0; round < 5; round++)
        {
            var key = $"race/{round}/outcome";

            var outcomes = await Task.WhenAll(
                Enumerable.Range(0, Writers).Select(writer => Task.Run(() => store.PutAsync(key, $"writer {writer}"))));

            var winner = Assert.Single(Enumerable.Range(0, Writers), i => outcomes[i] == PutOutcome.Stored);
            Assert.Equal($"writer {winner}", await store.GetAsync(key));
        }
    }

    [Fact]
    public async Task Create_ByManyProcesses_SucceedsForOne()
    {
        var store = await CreateAsync();
        var processes = Enumerable.Range(0, 4).Select(_ => new StoreProcess(Process())).ToList();
        await Task.WhenAll(processes.Select((process, i) => process.AskAsync($"create warm/{i} x")));

        for (var round = 0; round < Races; round++)
        {
            var key = $"race/{round % 4}/{round}";
            var answers = await Task.WhenAll(processes.Select((one, i) => one.AskAsync($"create {key} process-{i}")));

            var winner = Assert.Single(Enumerable.Range(0, answers.Length), i => answers[i] == "Stored");
            Assert.Equal(answers.Length - 1, answers.Count(answer => answer == "Exists"));
            Assert.Equal($"process-{winner}", await store.GetAsync(key));
        }

        processes.ForEach(process => process.Dispose());
    }
}
