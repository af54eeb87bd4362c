// The floor of a durable chain: append 200 bytes and flush, one after another, by the calls that orch makes (in the
// calling thread), then by those that leave it to the thread pool.
// node append-floor.ts TIMES FOLDER
import { closeSync, fdatasync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface AppendAnswer {
  readonly syncMs: readonly number[];
  readonly asyncMs: readonly number[];
}

const [times, folder] = [Number(process.argv[2]), String(process.argv[3])];
const line = Buffer.alloc(200, 'a');
const answer: AppendAnswer = {
  syncMs: await measure('sync', (fd) => fdatasyncSync(fd)),
  asyncMs: await measure(
    'async',
    (fd) =>
      new Promise<void>((resolve, reject) => fdatasync(fd, (error) => (error === null ? resolve() : reject(error)))),
  ),
};
console.log(JSON.stringify(answer));

async function measure(name: string, flush: (fd: number) => void | Promise<void>): Promise<number[]> {
  const fd = openSync(join(folder, name), 'wx', 0o600);
  const took: number[] = [];
  for (let index = 0; index < times; index++) {
    const startedAt = performance.now();
    writeSync(fd, line);
    const flushed = flush(fd);
    if (flushed !== undefined) await flushed;
    took.push(performance.now() - startedAt);
  }
  closeSync(fd);
  return took;
}
