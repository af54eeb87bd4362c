import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { AttemptReport } from '@orch/core';
import { print, say } from '../streams.ts';
import { harmless } from '../view/text.ts';
import { tailStart } from './tail-start.ts';

const chunkBytes = 256 * 1024;

/** The files that an attempt printed to. */
export interface PrintedFiles {
  readonly log: string;
  /** There only where the output of the attempt stands in it; the log has the rest. */
  readonly stdout: string;
}

interface LogPrinterOptions {
  /** A line that names the attempt stands before the output of each. */
  readonly titles: boolean;
  /** Of what a file holds when it is first looked at, only so many lines; absent: all. */
  readonly tail?: number | undefined;
}

/** Prints logs byte for byte, and of each only what was not printed before. */
export class LogPrinter {
  readonly #filesOf: (attempt: AttemptReport) => PrintedFiles;
  /** Bytes printed or left out, by path. */
  readonly #reached = new Map<string, number>();
  /** Keys of attempts that were over when they were last printed: nothing more comes. */
  readonly #over = new Set<string>();
  readonly #titles: boolean;
  readonly #tail: number | undefined;
  #lastTitle: string | undefined;
  /** Bytes printed in all. */
  printed = 0;
  /** Logs that are not there any more. */
  missing = 0;

  constructor(filesOf: (attempt: AttemptReport) => PrintedFiles, { titles, tail }: LogPrinterOptions) {
    this.#filesOf = filesOf;
    this.#titles = titles;
    this.#tail = tail;
  }

  /** `live`: what comes is printed later, and until an attempt is over nothing of its stdout, which would stand in the log's midst. */
  async print(attempts: readonly AttemptReport[], { live }: { readonly live: boolean }): Promise<void> {
    for (const attempt of attempts) {
      if (this.#over.has(attempt.key)) continue;
      const over = attempt.status !== 'running';
      const { log, stdout } = this.#filesOf(attempt);
      const which = attempt.part === 'repair' ? ' (repair)' : '';
      const title = `${harmless(attempt.phase)}, attempt ${attempt.attempt}${which}`;
      if (!(await this.#printFile(log, this.#titles ? title : undefined)) && over) this.#sayMissing(attempt, log);
      const isBetween = this.#titles || (this.#reached.get(log) ?? 0) > 0;
      if (over || !live) await this.#printFile(stdout, isBetween ? `${title}, stdout` : undefined);
      if (over) this.#over.add(attempt.key);
    }
  }

  /** `false`: there is no such file. */
  async #printFile(path: string, title: string | undefined): Promise<boolean> {
    const file = await openIfThere(path);
    if (file === undefined) return false;
    try {
      await this.#leaveOut(file, path);
      const buffer = Buffer.alloc(chunkBytes);
      for (;;) {
        const position = this.#reached.get(path) ?? 0;
        const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
        if (bytesRead === 0) return true;
        if (title !== undefined) await this.#printTitle(`==> ${title} <==`);
        // Once it is taken the buffer is free: a copy of each chunk would leave much to collect.
        await print(buffer.subarray(0, bytesRead));
        this.#reached.set(path, position + bytesRead);
        this.printed += bytesRead;
      }
    } finally {
      await file.close();
    }
  }

  /** What stands before the lines that are wanted, when a file is first looked at. */
  async #leaveOut(file: FileHandle, path: string): Promise<void> {
    if (this.#tail === undefined || this.#reached.has(path)) return;
    const start = await tailStart(file, this.#tail);
    this.#reached.set(path, start);
    // Of all phases that would be as many words as lines.
    if (start > 0 && !this.#titles) say(`${start} bytes before these lines are left out of ${harmless(path)}`);
  }

  /** What ended as a process had a log. Others may never have begun. */
  #sayMissing({ phase, attempt, exitCode, signal }: AttemptReport, path: string): void {
    if (exitCode === undefined && signal === undefined) return;
    this.missing++;
    say(`The log of ${harmless(phase)}, attempt ${attempt}, is gone: ${path}`);
  }

  async #printTitle(title: string): Promise<void> {
    if (this.#lastTitle === title) return;
    await print(`${this.printed === 0 ? '' : '\n'}${title}\n`);
    this.#lastTitle = title;
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
