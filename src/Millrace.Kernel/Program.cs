using Millrace.Kernel;

return KernelHost.Run(args, onImage: null);
