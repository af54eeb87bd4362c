export { crc32, crc32Of } from '../crc32.ts';
export { interrupted } from './interrupted.ts';
export { makeFolder, makeOneFolder, type FolderCalls } from './make-folder.ts';
export { processHost, processOwner, seesProcessesOf } from './process-identity.ts';
export { sha256 } from '../sha256.ts';
