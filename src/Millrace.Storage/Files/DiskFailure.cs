using System.Runtime.InteropServices;
using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>What an error number of the disk means to callers of the store.</summary>
internal static class DiskFailure
{
    /// <summary>The failure of the system call that was just made on this thread.</summary>
    /// <param name="what">What was tried, with the name of the file or folder.</param>
    public static ObjectStoreException OfLastCall(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new(Fault(error), $"The object store cannot {what}: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    /// <summary>The failure that .NET has thrown; its <see cref="Exception.HResult"/> is the error number.</summary>
    public static ObjectStoreException Of(IOException exception, string what) =>
        new(Fault(exception.HResult), $"The object store cannot {what}: {exception.Message}", exception);

    private static ObjectStoreFault Fault(int error) => error switch
    {
        Posix.NoSpace or Posix.NoQuota => ObjectStoreFault.Full,
        Posix.Denied or Posix.NotPermitted or Posix.ReadOnlySystem or Posix.NoFolder or Posix.Loop =>
            ObjectStoreFault.Refused,
        _ => ObjectStoreFault.Unavailable,
    };
}
