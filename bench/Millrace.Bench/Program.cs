using System.CommandLine;
using Millrace.Bench;
using Millrace.Bench.Billing;
using Millrace.Bench.Deaths;
using Millrace.Bench.Decodes;
using Millrace.Bench.Encoders;
using Millrace.Bench.Fairness;
using Millrace.Bench.Identity;
using Millrace.Bench.Kernels;
using Millrace.Bench.Ledgers;
using Millrace.Bench.Memory;
using Millrace.Bench.Metering;
using Millrace.Bench.Micro;
using Millrace.Bench.Objects;
using Millrace.Bench.Queues;
using Millrace.Bench.SideBySide;

Command[] sideBySide =
[
    KernelCommand.Create(), ServiceCommand.Create(), MemoryCommand.Create(), DeathCommand.Create(),
    QueueCommand.Create(), RegionCommand.Create(), DurableCommand.Create(), IdentityCommand.Create(),
    FairnessCommand.Create(), MeteringCommand.Create(),
];
var root = new RootCommand("Measures Millrace side by side with others; every figure is a ratio inside one run.")
{
    BenchOptions.Short, BenchOptions.Root, MicroCommand.Create(), EncodersCommand.Create(), StoreCommand.Create(),
    BillingCommand.Create(),
    LedgerCommand.Create(), DecodesCommand.Create(), AllCommand.Create(),
};
foreach (var command in sideBySide)
{
    root.Add(command);
}

// A stop by Ctrl-C waits until the servers that were started here have ended.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) };
root.SetAction(AllCommand.RunAsync);
return await root.Parse(args).InvokeAsync(invocation);
