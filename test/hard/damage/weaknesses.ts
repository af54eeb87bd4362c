import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '@orch/core/author';
import type { Files } from '../../../packages/backend-json/src/files.ts';
import { chainStart, encodeRecord, headerBytes } from '../../../packages/backend-json/src/record.ts';
import type { Kind } from '../../../packages/backend-json/src/record.ts';
import { linesOf } from './mutations.ts';
import { unflushedFiles } from './unflushed-files.ts';

/** Files whose journals always have the right checksums, whatever stands in them: as if nobody looked at those. */
export function withoutChecksums(): Files {
  const paths = new Map<number, string>();
  const real = unflushedFiles;
  const readSync = (fd: number, buffer: Buffer, offset: number, length: number, position: number): number => {
    const path = paths.get(fd);
    if (path === undefined) return real.readSync(fd, buffer, offset, length, position);
    const bytes = Buffer.alloc(real.fstatSync(fd).size);
    real.readSync(fd, bytes, 0, bytes.length, 0);
    return resealed(path, bytes).copy(buffer, offset, position, position + length);
  };
  const openSync = ((path: string, flags: string, mode?: number) => {
    const fd = real.openSync(path, flags, mode);
    if (/journal-\d+$/.test(path)) paths.set(fd, path);
    else paths.delete(fd);
    return fd;
  }) as Files['openSync'];
  return { ...real, openSync, readSync: readSync as Files['readSync'] };
}

function resealed(path: string, bytes: Buffer): Buffer {
  const [, run = '', epoch = ''] = /([^/]+)\/journal-(\d+)$/.exec(path) ?? [];
  let place = chainStart(run, Number(epoch));
  const records = linesOf(bytes).map((line) => {
    if (line.length <= headerBytes || line.at(-1) !== 10) return line;
    const payload = line.toString('latin1', headerBytes, line.length - 1);
    // One byte a character, so that the length stays what it is.
    if (/[^\0-\x7f]/.test(payload)) return line;
    const record = encodeRecord(String.fromCharCode(line[1] ?? 0) as Kind, payload, place);
    place = { offset: place.offset + record.bytes.length, crc: record.crc };
    return record.bytes;
  });
  return Buffer.concat(records);
}

/** Files without a memory of what was flushed: `run.json` is never there. */
export const withoutSummaries: Files = {
  ...unflushedFiles,
  openSync: ((path: string, flags: string, mode?: number) => {
    if (path.endsWith('run.json') && flags === 'r')
      throw Object.assign(new Error('planted'), { code: 'ENOENT', syscall: 'open' });
    return unflushedFiles.openSync(path, flags, mode);
  }) as Files['openSync'],
};

/** A backend that leaves a trace in the folder of a run that it can't read, as one that repairs would. */
export function repairing(backend: Backend, folder: string): Backend {
  return {
    ...backend,
    async *read(run, options) {
      try {
        yield* backend.read(run, options);
      } catch (error) {
        const place = join(folder, 'runs', run);
        for (const name of readdirSync(place)) if (name.startsWith('journal')) appendFileSync(join(place, name), '\n');
        throw error;
      }
    },
  };
}

/** A backend whose list fails as soon as one run does. */
export function listingAllOrNothing(backend: Backend): Backend {
  return {
    ...backend,
    async list(filter, cursor) {
      const page = await backend.list(filter, cursor);
      for (const { runId } of page.runs) await backend.holder(runId);
      return page;
    },
  };
}
