using Millrace.Kernel;
using Millrace.Kernel.Faulty;

return KernelHost.Run(args, Faults.OnImage);
