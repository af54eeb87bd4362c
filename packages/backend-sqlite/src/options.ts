// A page of its own: the declarations that users load must not lead to those of the driver, which they need not have.

/** How the SQLite backend waits. */
export interface SqliteBackendOptions {
  /**
   * How long a call waits for other writers before it rejects with `ORCH_BACKEND_UNAVAILABLE`, in milliseconds; default
   * 30,000. The event loop goes on meanwhile.
   */
  readonly lockWaitMs?: number;
  /** After how long without a write the log is brought into the file, in milliseconds; default 1,000. */
  readonly idleMs?: number;
}

/** How a backup can be stopped. */
export interface SqliteBackupOptions {
  /** Ends it between two portions: it rejects with the reason of the signal and leaves nothing. Default: none. */
  readonly signal?: AbortSignal;
  /**
   * Called once the file was read through and found whole, which holds up the event loop, before anything is written. A
   * process that ends earlier leaves nothing. Default: none.
   */
  readonly onWriting?: () => void;
}
