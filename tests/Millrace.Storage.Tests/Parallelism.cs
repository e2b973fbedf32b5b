using Xunit.Sdk;
using Xunit.v3;

// One test at a time: they wait for the same disk and the same engines, and one of them measures memory.
[assembly: Parallelization(Mode = ParallelMode.None)]
