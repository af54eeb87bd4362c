// The floor of a durable chain in a file: append 200 bytes and flush, one after another, by the calls that orch makes (in
// the calling thread), and by those that leave it to the thread pool.
import { fdatasync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Floor } from './chain-place.ts';

const line = Buffer.alloc(200, 'a');

export class AppendFloor implements Floor {
  readonly ms: number[] = [];
  readonly poolMs: number[] = [];
  readonly #fd: number;

  constructor(folder: string) {
    this.#fd = openSync(join(folder, 'floor'), 'wx', 0o600);
  }

  async measure(times: number): Promise<void> {
    for (let index = 0; index < times; index++) {
      const startedAt = performance.now();
      writeSync(this.#fd, line);
      fdatasyncSync(this.#fd);
      this.ms.push(performance.now() - startedAt);
    }
    for (let index = 0; index < times; index++) {
      const startedAt = performance.now();
      writeSync(this.#fd, line);
      await flushElsewhere(this.#fd);
      this.poolMs.push(performance.now() - startedAt);
    }
  }
}

function flushElsewhere(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fdatasync(fd, (error) => (error === null ? resolve() : reject(error))));
}
