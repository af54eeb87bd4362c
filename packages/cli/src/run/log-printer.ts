import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { AttemptReport } from '@orch/core';
import { print, say } from '../streams.ts';
import { harmless } from '../view/text.ts';

const chunkBytes = 256 * 1024;

/** Prints logs byte for byte, and of each only what was not printed before. */
export class LogPrinter {
  readonly #pathOf: (attempt: AttemptReport) => string;
  /** Bytes printed, by path. */
  readonly #reached = new Map<string, number>();
  /** Keys of attempts that were over when they were last printed: nothing more comes. */
  readonly #over = new Set<string>();
  readonly #titles: boolean;
  #lastTitle: string | undefined;
  /** Bytes printed in all. */
  printed = 0;
  /** Logs that are not there any more. */
  missing = 0;

  /** `titles`: a line that names the attempt stands before the output of each. */
  constructor(pathOf: (attempt: AttemptReport) => string, { titles }: { readonly titles: boolean }) {
    this.#pathOf = pathOf;
    this.#titles = titles;
  }

  async print(attempts: readonly AttemptReport[]): Promise<void> {
    for (const attempt of attempts) {
      if (this.#over.has(attempt.key)) continue;
      const over = attempt.status !== 'running';
      await this.#printOne(attempt, over);
      if (over) this.#over.add(attempt.key);
    }
  }

  async #printOne(attempt: AttemptReport, over: boolean): Promise<void> {
    const path = this.#pathOf(attempt);
    const file = await openIfThere(path);
    if (file === undefined) {
      if (over) this.#sayMissing(attempt, path);
      return;
    }
    try {
      const buffer = Buffer.alloc(chunkBytes);
      for (;;) {
        const position = this.#reached.get(path) ?? 0;
        const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
        if (bytesRead === 0) return;
        if (this.#titles) await this.#printTitle(`==> ${harmless(attempt.phase)}, attempt ${attempt.attempt} <==`);
        // Once it is taken the buffer is free: a copy of each chunk would leave much to collect.
        await print(buffer.subarray(0, bytesRead));
        this.#reached.set(path, position + bytesRead);
        this.printed += bytesRead;
      }
    } finally {
      await file.close();
    }
  }

  /** What ended as a process had a log. Others may never have begun. */
  #sayMissing({ phase, attempt, exitCode, signal }: AttemptReport, path: string): void {
    if (exitCode === undefined && signal === undefined) return;
    this.missing++;
    say(`The log of ${harmless(phase)}, attempt ${attempt}, is gone: ${path}`);
  }

  async #printTitle(title: string): Promise<void> {
    if (this.#lastTitle === title) return;
    await print(`${this.#lastTitle === undefined ? '' : '\n'}${title}\n`);
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
