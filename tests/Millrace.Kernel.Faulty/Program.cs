using Millrace.Kernel;
using Millrace.Kernel.Faulty;

Preparation.Run();
return KernelHost.Run(args, Faults.OnImage);
