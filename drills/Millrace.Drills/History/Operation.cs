namespace Millrace.Drills.History;

/// <summary>What an entry is about: the values of <see cref="HistoryEntry.F"/>.</summary>
internal static class Operation
{
    /// <summary>An interactive conversion.</summary>
    public const string Convert = "convert";

    /// <summary>Handing in of a durable job under an idempotency key.</summary>
    public const string Submit = "submit";

    /// <summary>A look at a job; ok has its state, and of a terminal one the hash of what may never change.</summary>
    public const string Look = "look";

    /// <summary>Reading of a job's result; ok has the hash of its bytes.</summary>
    public const string Result = "result";

    /// <summary>A job that the service lists after the drill; ok only, from outside all clients' operations.</summary>
    public const string Outcome = "outcome";

    /// <summary>What an image must become: the hash of the bytes; without one, it must not be converted.</summary>
    public const string Oracle = "oracle";

    /// <summary>An edge puts a ticket into the queue: its key is the ticket.</summary>
    public const string Enqueue = "enqueue";

    /// <summary>The queue hands a ticket to a worker; ok only.</summary>
    public const string Start = "start";

    /// <summary>A durable job's row in the usage ledger; ok only.</summary>
    public const string Usage = "usage";

    /// <summary>All that the usage ledger has of a tenant; ok only.</summary>
    public const string Ledger = "ledger";

    /// <summary>
    /// A tenant's bill: its key is the run; the hash is that of the whole bill. Fail, without a tenant: nobody could be
    /// billed, and why.
    /// </summary>
    public const string Bill = "bill";

    /// <summary>
    /// Usage that an operator has declared lost: between invoke and ok its records were made.
    /// </summary>
    public const string Loss = "loss";

    /// <summary>
    /// A receiver of webhooks took a message: its key is the message's id, its tenant the receiver's. Fail: it could
    /// not be verified.
    /// </summary>
    public const string Hear = "hear";

    /// <summary>A fault is made: invoke when it begins, ok when its trace was seen, info when it left none.</summary>
    public const string Fault = "fault";

    /// <summary>The last of a fault is gone; ok only.</summary>
    public const string Heal = "heal";
}
