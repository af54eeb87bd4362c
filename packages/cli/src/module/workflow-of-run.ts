import type { Workflow } from '@orch/core';
import type { Session } from '../session.ts';
import { isModulePath } from './module-path.ts';
import type { Known, OfModule } from './module-of-run.ts';

// What every run passes through: all that only modules need is loaded for those.

/** The workflow to take a run up with, where it came from a module; of others the journal has all. */
export async function workflowOfRun(session: Session, run: Known): Promise<Workflow | undefined> {
  if (!isOfModule(run)) return undefined;
  return await (await import('./module-of-run.ts')).moduleOfRun(session, run);
}

/** The workflow to cancel a run with, where it came from a module that has to clean up. */
export async function workflowToCancel(session: Session, run: Known): Promise<Workflow | undefined> {
  return isOfModule(run) ? await (await import('./module-of-run.ts')).moduleToCancel(session, run) : undefined;
}

/** The error; of a run whose module has changed, with what to choose from, or of one that was given a module since. */
export async function withChoice(error: unknown, session: Session, run: Known): Promise<unknown> {
  if (run.source === undefined) return error;
  const told = await import('./module-of-run.ts');
  return isOfModule(run) ? await told.withChoice(error, session, run) : told.withFile(error, session, run);
}

function isOfModule(run: Known): run is OfModule {
  return run.source !== undefined && isModulePath(run.source);
}
