import { nodeFiles } from '../../../packages/backend-json/src/files.ts';
import type { Files } from '../../../packages/backend-json/src/files.ts';

/** The real files, but never flushed: thousands of take-ups would wait for the disk, and no power is cut here. */
export const unflushedFiles: Files = {
  ...nodeFiles,
  fsyncSync: () => {},
  fdatasyncSync: () => {},
  fdatasync: Object.assign((_fd: number, done: (error: null) => void) => done(null), {
    __promisify__: nodeFiles.fdatasync.__promisify__,
  }),
};
