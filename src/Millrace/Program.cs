using System.CommandLine;
using Millrace.Convert;
using Millrace.Serve;

var root = new RootCommand("Millrace resizes and converts images, as a service or on the command line.")
{
    ServeCommand.Create(),
    ConvertCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
