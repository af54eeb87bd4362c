import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import type { Json } from '../json.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';

/** Whether two values are the same data; the order of keys does not count. Much cheaper than to compare canonical texts. */
export function sameData(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Readonly<Record<string, Json>>, b as Readonly<Record<string, Json>>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameData(left[key], right[key]))
  );
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
  // Both were written by the same code: almost always the keys stand in the same order, and the texts tell at once.
  if (JSON.stringify(before) === JSON.stringify(after)) return;
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
