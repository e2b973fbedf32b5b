using System.CommandLine;
using Millrace.Cluster;

var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) };
return await ClusterCommand.Create().Parse(args).InvokeAsync(invocation);
