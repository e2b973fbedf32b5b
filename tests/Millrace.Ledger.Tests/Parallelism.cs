using Xunit.Sdk;
using Xunit.v3;

// One test at a time: they share an engine, and some of them harm it.
[assembly: Parallelization(Mode = ParallelMode.None)]
