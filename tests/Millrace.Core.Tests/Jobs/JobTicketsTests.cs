using CsCheck;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Jobs;

public sealed class JobTicketsTests
{
    [Fact]
    public void Bulk_OfAnyRecord_CanBeWrittenAndRead() => Gen.Select(JobGen.Records, JobGen.Time).Sample(
        (record, now) =>
        {
            var ticket = JobTickets.Bulk(record, 2, now);

            Assert.Equal(ticket, TicketText.Read(TicketText.Write(ticket)).Ticket);
            Assert.Equal((Lane.Bulk, Ticket.Store), (ticket.Lane, ticket.Source));
            Assert.Equal(record.Transforms[0].Transform, ticket.Transform);
        });

    [Fact]
    public void Webhook_OfAnyRecord_CanBeWrittenAndRead() => Gen.Select(JobGen.Records, JobGen.Time).Sample(
        (record, now) =>
        {
            var ticket = JobTickets.Webhook(record, 2, now);

            Assert.Equal(ticket, TicketText.Read(TicketText.Write(ticket)).Ticket);
            Assert.Equal((Lane.Webhook, record.Id), (ticket.Lane, ticket.Id));
        });

    [Fact]
    public void CellOf_WhenTheFirstIsNotHealthy_IsTheSecond()
    {
        CellHealth[] healthy = [new(0, true, "", []), new(1, true, "", [])];
        var first = JobTickets.CellOf("tenant", healthy);
        healthy[first] = new(first, false, "away", []);

        Assert.Equal(1 - first, JobTickets.CellOf("tenant", healthy));
    }
}
