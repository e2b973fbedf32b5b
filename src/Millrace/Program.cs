using System.CommandLine;
using Millrace;
using Millrace.Admin;
using Millrace.Bills;
using Millrace.Convert;
using Millrace.Doctor;
using Millrace.Jobs;
using Millrace.Manage;
using Millrace.Poison;
using Millrace.Roles;
using Millrace.Serve;
using Millrace.Usage;

var root = new RootCommand("Millrace resizes and converts images, as a service or on the command line.")
{
    ServeCommand.Create(),
    EdgeCommand.Create(),
    WorkerCommand.Create(),
    WebhooksCommand.Create(),
    ManageCommand.Create(),
    TenantsCommand.Create(),
    KeysCommand.Create(),
    PlansCommand.Create(),
    PoisonCommand.Create(),
    ConvertCommand.Create(),
    JobsCommand.Create(),
    UsageCommand.Create(),
    BillCommand.Create(),
    ArchiveCommand.Create(),
    DoctorCommand.Create(),
};

var parsed = root.Parse(args);
var exitCode = await parsed.InvokeAsync(new InvocationConfiguration
{
    // The default of two seconds would cut a service's drain short; the drain has limits of its own.
    ProcessTerminationTimeout = TimeSpan.FromMinutes(20),

    // What is wrong with a command line is no output of it: stdout is for pixels.
    Output = parsed.Errors.Count > 0 ? Console.Error : Console.Out,
});
return parsed.Errors.Count > 0 ? ExitCode.Unusable : exitCode;
