export { interrupted } from './interrupted.ts';
export { processHost, processOwner, seesProcessesOf } from './process-identity.ts';
