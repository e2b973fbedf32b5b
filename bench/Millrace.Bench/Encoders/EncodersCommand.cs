using System.CommandLine;

namespace Millrace.Bench.Encoders;

internal static class EncodersCommand
{
    public static Command Create() => new("encoders");
}
