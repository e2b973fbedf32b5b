namespace Millrace.Worker.Kernels;

/// <summary>A kernel could not be started; the message says why and what to do.</summary>
public sealed class KernelStartException : Exception
{
    /// <summary>With a reason.</summary>
    public KernelStartException(string message) : base(message)
    {
    }

    /// <summary>With a reason and what lies behind it.</summary>
    public KernelStartException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
