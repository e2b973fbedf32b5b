using System.CommandLine;
using Millrace.Drills;

var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) };
return await DrillCommand.Create().Parse(args).InvokeAsync(invocation);
