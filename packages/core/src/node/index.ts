export { interrupted } from './interrupted.ts';
export { makeFolder, makeOneFolder, type FolderCalls } from './make-folder.ts';
export { processHost, processOwner, seesProcessesOf } from './process-identity.ts';
