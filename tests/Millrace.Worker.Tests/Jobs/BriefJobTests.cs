using Millrace.Core.Jobs;
using Millrace.Testing;
using Millrace.Worker.Tests.Leases;

namespace Millrace.Worker.Tests.Jobs;

/// <summary>Jobs whose images are so soon done that quick work may wait for them.</summary>
public sealed class BriefJobTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_OfABriefImage_MayHaveTheLastKernel()
    {
        await using var worker = await JobWorker.StartAsync();
        var photo = TestFiles.Photo("p16-fossa.jpg");
        var (first, second) = (worker.Accept(photo, ["width=100"]), worker.Accept(photo, ["width=100"]));
        await worker.ClaimAsync(first, JobClaimant.Worker, 1);
        var (reached, going) = (new TaskCompletionSource(), new TaskCompletionSource());

        // Of its two puts the second counts its start, when it has a place.
        var puts = 0;
        worker.Store.OnPut = key =>
        {
            if (key != JobKeys.Claim(first.Tenant, first.Id) || ++puts != 2) return Task.CompletedTask;
            reached.SetResult();
            return going.Task;
        };
        var held = worker.LeaseAsync(first, deliveries: 2);
        try
        {
            await reached.Task.WaitAsync(Doubles.Patience, Cancel);
            await worker.EndAsync(second).WaitAsync(Doubles.Patience, Cancel);
        }
        finally
        {
            going.SetResult();
        }
        Assert.Null(await held);
    }
}
