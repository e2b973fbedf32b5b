using System.CommandLine;

namespace Millrace.Bench.Micro;

internal static class MicroCommand
{
    public static Command Create() => new("micro");
}
