import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@orch/core/node';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

/** A line of JSON for each thing that happened. What cannot be written is lost, and nobody hears of it. */
export class DebugLog {
  readonly #directory: string;
  #fd: number | undefined;
  #isGivenUp = false;
  #isTorn = false;

  constructor(directory: string) {
    this.#directory = directory;
  }

  write(what: string, details: object): void {
    if (this.#isGivenUp) return;
    try {
      this.#fd ??= this.#open();
      const line = `${JSON.stringify({ at: new Date().toISOString(), pid: process.pid, what, ...details })}\n`;
      // In one call, so that lines of several processes stay whole; after a short write the next one begins anew.
      const bytes = Buffer.from(this.#isTorn ? `\n${line}` : line);
      this.#isTorn = writeSync(this.#fd, bytes) < bytes.length;
    } catch {
      // Without a file there is nothing to try again; a full disk may have room for the next line.
      this.#isGivenUp = this.#fd === undefined;
    }
  }

  /** For this user only; neither a link nor a pipe that somebody put in its place may hold orch up. */
  #open(): number {
    makeFolder(this.#directory);
    const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
    return openSync(join(this.#directory, 'debug.log'), flags, 0o600);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#isGivenUp = true;
  }
}
