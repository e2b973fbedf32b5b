using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Millrace.Management.Store;

/// <summary>
/// Seals secrets before they go into the database (AES-256-GCM, a nonce each, bound to whose they are), so that a copy
/// of the database alone tells none.
/// </summary>
internal sealed partial class Sealing : IDisposable
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const byte Version = 1;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly AesGcm _cipher;

    /// <summary>Reads the key, or makes it.</summary>
    /// <exception cref="IOException">The file cannot be read or made, or is no key; the message says what to
    /// do.</exception>
    public Sealing(IOptions<StoreOptions> options)
    {
        var key = KeyOf(options.Value.SealFile);
        _cipher = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Seals a text.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="owner">Whose it is: needed to open it.</param>
    public byte[] Seal(ReadOnlySpan<byte> text, string owner)
    {
        var whole = new byte[1 + NonceBytes + TagBytes + text.Length];
        whole[0] = Version;
        var nonce = whole.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Encrypt(
            nonce, text, whole.AsSpan(1 + NonceBytes + TagBytes), whole.AsSpan(1 + NonceBytes, TagBytes), Bound(owner));
        return whole;
    }

    /// <summary>Opens it again.</summary>
    /// <exception cref="InvalidDataException">It was sealed with another key, for another, or was changed.</exception>
    public byte[] Open(ReadOnlySpan<byte> whole, string owner)
    {
        try
        {
            if (whole.Length < 1 + NonceBytes + TagBytes || whole[0] != Version)
                throw new InvalidDataException($"What is sealed for '{owner}' has no known form.");
            var text = new byte[whole.Length - 1 - NonceBytes - TagBytes];
            _cipher.Decrypt(
                whole.Slice(1, NonceBytes), whole[(1 + NonceBytes + TagBytes)..],
                whole.Slice(1 + NonceBytes, TagBytes), text, Bound(owner));
            return text;
        }
        catch (CryptographicException exception)
        {
            throw new InvalidDataException(
                $"What is sealed for '{owner}' cannot be opened: Management:Store:SealFile must be the file it was "
                + "sealed with.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    private static byte[] Bound(string owner) => System.Text.Encoding.UTF8.GetBytes(owner);

    private static byte[] KeyOf(string path)
    {
        if (!File.Exists(path)) Make(path);
        var text = File.ReadAllText(path).Trim();
        return text.Length == KeyBytes * 2 && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : throw new IOException($"Management:Store:SealFile '{path}' must have {KeyBytes * 2} hexadecimal digits.");
    }

    // Of two that make it at once, one does; both then read that.
    private static void Make(string path)
    {
        var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using (var writer = new StreamWriter(draft, options))
        {
            writer.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes)));
            writer.Flush();
            ((FileStream)writer.BaseStream).Flush(flushToDisk: true);
        }
        try
        {
            Name(draft, path);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    // The framework's move that does not replace looks first and moves then: two would both do it.
    private static void Name(string draft, string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(draft, path) == 0 || File.Exists(path)) return;
            throw new IOException($"Management:Store:SealFile '{path}' cannot be made: error "
                + FormattableString.Invariant($"{Marshal.GetLastPInvokeError()}."));
        }
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another one was first.
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
