import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunSummary } from '@orch/core';
import { isOrchError, orchError } from '@orch/core/author';
import { readPlan } from '@orch/plan';
import type { Session } from './session.ts';
import { harmless } from './view/text.ts';

const mostNamed = 5;

/**
 * The run that a person means: a run id, a workflow id or the path of a plan file (its latest run), or the beginning of
 * one run id. What is exact comes first. Rejects with `ORCH_RUN_UNKNOWN` or `ORCH_RUN_AMBIGUOUS`, naming what there is.
 */
export async function findRun({ orchestrator, plugins, place }: Session, text: string): Promise<RunSummary> {
  const path = resolve(text);
  const planId = isFile(path) ? (await readPlan(path, { plugins })).workflow?.id : undefined;
  const latest: RunSummary[] = [];
  const prefixed: RunSummary[] = [];
  let ofWorkflow: RunSummary | undefined;
  let ofPlan: RunSummary | undefined;
  for await (const run of orchestrator.list()) {
    if (run.runId === text) return run;
    if (latest.length < mostNamed) latest.push(run);
    if (run.runId.startsWith(text) && text !== '') prefixed.push(run);
    if (run.workflow === text) ofWorkflow ??= run;
    if (run.workflow === planId || run.source === path) ofPlan ??= run;
  }
  const found = ofWorkflow ?? ofPlan;
  if (found !== undefined) return found;
  const [first, second] = prefixed;
  if (first === undefined) await refuseUnreadable(orchestrator, text);
  if (first === undefined) throw unknown(text, latest, place.directory);
  if (second !== undefined) throw ambiguous(text, prefixed);
  return first;
}

/** A damaged run may be missing in the list: who names it is told what is wrong with it. */
async function refuseUnreadable(orchestrator: Session['orchestrator'], text: string): Promise<void> {
  try {
    await orchestrator.show(text);
  } catch (error) {
    if (!isOrchError(error, 'ORCH_RUN_UNKNOWN') && !isOrchError(error, 'ORCH_RUN_ID_INVALID')) throw error;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function unknown(text: string, latest: readonly RunSummary[], directory: string): Error {
  return orchError({
    code: 'ORCH_RUN_UNKNOWN',
    message: `There is no run, workflow or plan "${harmless(text)}" in ${directory}.`,
    hint: latest.length === 0 ? 'There are no runs at all.' : `The latest runs: ${latest.map(describe).join(', ')}`,
  });
}

function ambiguous(text: string, runs: readonly RunSummary[]): Error {
  const more = runs.length > mostNamed ? ` and ${runs.length - mostNamed} more` : '';
  return orchError({
    code: 'ORCH_RUN_AMBIGUOUS',
    message: `${runs.length} runs begin with "${harmless(text)}".`,
    hint: `Say which: ${runs.slice(0, mostNamed).map(describe).join(', ')}${more}`,
  });
}

function describe({ runId, workflow, status }: RunSummary): string {
  return `${runId} (${workflow}, ${status})`;
}
