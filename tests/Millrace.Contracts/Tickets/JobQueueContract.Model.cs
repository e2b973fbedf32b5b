using CsCheck;
using Millrace.Core.Tickets;

namespace Millrace.Contracts.Tickets;

/// <summary>Random histories of one consumer, held against a model: 100 of 100 operations.</summary>
public abstract partial class JobQueueContract
{
    private const int ModelCredit = 4;

    private static readonly Gen<int> Operations = Gen.Int[0, 999];

    [Fact]
    public async Task Queue_WhateverIsDone_LosesNothingDoublesNothingAndKeepsOrder()
    {
        var queue = await CreateAsync();
        var number = 0;

        await Operations.Array[100].SampleAsync(
            async history =>
            {
                await using var consumer = new Consumer(queue, ModelCredit);
                var model = new QueueModel(queue, consumer, () => ++number);
                foreach (var operation in history) await model.DoAsync(operation);
                await model.DrainAsync();
            },
            iter: 100, threads: 1);
    }

    /// <summary>What one consumer has enqueued, holds and may yet expect.</summary>
    private sealed class QueueModel(IJobQueue queue, Consumer consumer, Func<int> nextNumber)
    {
        private readonly Dictionary<int, (Ticket Ticket, int Deliveries)> _waiting = [];
        private readonly List<ILease> _held = [];

        /// <summary>An operation from a number; one that is not possible now is another enqueue.</summary>
        public Task DoAsync(int operation) => (operation % 10) switch
        {
            < 3 when MayLease => LeaseAsync(),
            < 6 when _held.Count > 0 => CompleteAsync(Taken(operation / 10)),
            6 when _held.Count > 0 => ReleaseAsync(Taken(operation / 10)),
            _ => EnqueueAsync(operation / 10),
        };

        /// <summary>Completes all that is left; every ticket must come.</summary>
        public async Task DrainAsync()
        {
            while (_held.Count > 0) await CompleteAsync(Taken(0));
            while (_waiting.Count > 0)
            {
                await LeaseAsync();
                await CompleteAsync(Taken(0));
            }
        }

        // One place may be kept free of slow work.
        private bool MayLease => _held.Count < (
            _waiting.Values.Any(one => one.Ticket.Lane == Lane.Interactive) ? ModelCredit
            : _waiting.Count > 0 ? ModelCredit - 1
            : 0);

        private async Task EnqueueAsync(int choice)
        {
            var ticket = NumberedTicket.Of(
                nextNumber(), Lanes.Images[choice % Lanes.Images.Count], $"tenant-{choice / 3 % 3}");
            _waiting.Add(ticket.Number(), (ticket, 0));
            Assert.True(await TryEnqueueAsync(queue, ticket));
        }

        private async Task LeaseAsync()
        {
            var lease = await consumer.NextAsync();
            var number = lease.Ticket.Number();
            Assert.True(_waiting.Remove(number, out var known), $"{number} came, and was held or completed.");
            Assert.Equal(known.Ticket, lease.Ticket);
            Assert.Equal(known.Deliveries + 1, lease.Deliveries);
            if (known.Deliveries == 0) AssertNoneBefore(known.Ticket);
            _held.Add(lease);
        }

        private void AssertNoneBefore(Ticket ticket)
        {
            var before = _waiting.Values.Where(one => one.Deliveries == 0
                && (one.Ticket.Tenant, one.Ticket.Lane) == (ticket.Tenant, ticket.Lane)
                && one.Ticket.Number() < ticket.Number());
            Assert.True(!before.Any(), $"{ticket.Number()} came before one that was enqueued before it.");
        }

        private static async Task CompleteAsync(ILease lease) => Assert.True(await lease.CompleteAsync());

        private async Task ReleaseAsync(ILease lease)
        {
            _waiting.Add(lease.Ticket.Number(), (lease.Ticket, lease.Deliveries));
            await lease.ReleaseAsync(TimeSpan.Zero);
        }

        private ILease Taken(int choice)
        {
            var lease = _held[choice % _held.Count];
            _held.Remove(lease);
            return lease;
        }
    }
}
