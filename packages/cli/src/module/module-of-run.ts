import { statSync } from 'node:fs';
import { relative } from 'node:path';
import type { Orchestrator, RunSummary, Workflow } from '@orch/core';
import { isOrchError, orchError } from '@orch/core/author';
import type { OrchError, PhaseSpec, WorkflowSpec } from '@orch/core/author';
import { loadPlan } from '../plan-file.ts';
import type { Session } from '../session.ts';
import { recoverCommand, runFlags } from '../recover-command.ts';
import { say } from '../streams.ts';
import { count, harmless, shellWord } from '../view/text.ts';

/** What is known of a run before it is taken up. */
export type Known = Pick<RunSummary, 'runId'> & Partial<Pick<RunSummary, 'source' | 'createdAt'>>;

/** One whose source is a module. */
export type OfModule = Known & { readonly source: string };

/**
 * The workflow of a run that came from a module: loaded again from there, for a journal holds no functions. `undefined`: it
 * can't be, and the definition in the journal is all that the run needs. Rejects where it needs more than the module gives.
 */
export async function moduleOfRun(session: Session, run: OfModule): Promise<Workflow | undefined> {
  const { runId, source, createdAt } = run;
  const { spec, isReplanned } = await definitionOf(session.orchestrator, runId);
  const needsCode = spec === undefined || spec.phases.some(isCode);
  // It goes on by what it was given since, which the file that it began with need not be.
  if (isReplanned && !needsCode) return undefined;
  let workflow: Workflow;
  try {
    ({ workflow } = await loadPlan(session, source, { commandCheck: false }));
  } catch (error) {
    if (!isOrchError(error)) throw error;
    if (needsCode) throw unloaded(session, run, error);
    say(`${harmless(source)} can't be compared: ${error.message} Run ${runId} goes on as its journal says.`);
    return undefined;
  }
  if (spec !== undefined && spec.id !== workflow.id) throw anotherWorkflow(session, run, [spec.id, workflow.id]);
  // What else differs, core refuses.
  const isSame = JSON.stringify(spec) === JSON.stringify(workflow.definition.spec);
  if (needsCode && isSame && createdAt !== undefined && wasWrittenAfter(source, createdAt))
    say(
      `${harmless(nameOf(source))} was written after run ${runId} began. What is not completed runs the code that it has now; ` +
        'what functions do is not compared.',
    );
  return workflow;
}

/**
 * The same for a run that is to be cancelled: of use only where a clean-up is a function. Never rejects for the module: a run
 * can be cancelled without.
 */
export async function moduleToCancel(session: Session, run: OfModule): Promise<Workflow | undefined> {
  const { runId, source } = run;
  const { spec } = await definitionOf(session.orchestrator, runId);
  if (spec?.phases.some((phase) => phase.after === 'always' && isCode(phase)) !== true) return undefined;
  try {
    const workflow = await moduleOfRun(session, run);
    if (JSON.stringify(workflow?.definition.spec) === JSON.stringify(spec)) return workflow;
    say(`${harmless(nameOf(source))} has changed since: clean-ups that are functions can't be called.`);
  } catch (error) {
    if (!isOrchError(error)) throw error;
    say(`Clean-ups that are functions can't be called: ${harmless(error.message)}`);
  }
  return undefined;
}

interface Definition {
  readonly spec?: WorkflowSpec;
  /** Another one than that of the file with which the run began: from where, no event says. */
  readonly isReplanned: boolean;
}

/** The definition that it has now. */
async function definitionOf(orchestrator: Orchestrator, runId: string): Promise<Definition> {
  let definition: Definition = { isReplanned: false };
  for await (const event of orchestrator.events(runId))
    if (event.type === 'run.created' || event.type === 'run.replanned')
      definition = { spec: event.workflow, isReplanned: event.type === 'run.replanned' };
  return definition;
}

function isCode({ kind, if: condition, failWhen, output }: PhaseSpec): boolean {
  return kind === 'function' || condition === true || failWhen === true || output?.schema === true;
}

/** A file of that time says nothing of what it imports, nor that anything in it differs. */
function wasWrittenAfter(file: string, time: number): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > time;
}

function unloaded(session: Session, { runId, source }: OfModule, error: OrchError): OrchError {
  const isGone = error.code === 'ORCH_PLAN_NOT_FOUND';
  const again = `${recoverCommand(runId, session)} --plan FILE`;
  return Object.assign(
    orchError({
      code: isGone ? 'ORCH_PLAN_NOT_FOUND' : 'ORCH_PLAN_INVALID',
      message: `Run ${runId} needs the functions of its module: ${error.message}`,
      hint: isGone
        ? `Put it back, or say where it is now: ${again}`
        : `Correct ${harmless(nameOf(source))}, or go on by another file: ${again}`,
      cause: error,
    }),
    'findings' in error ? { findings: error.findings } : {},
  );
}

function anotherWorkflow(session: Session, { runId, source }: OfModule, ids: readonly [string, string]): OrchError {
  const [had, has] = ids.map((id) => JSON.stringify(id));
  return orchError({
    code: 'ORCH_WORKFLOW_CHANGED',
    message: `Run ${runId} is of workflow ${had}, and ${harmless(nameOf(source))} now exports ${has}.`,
    hint: `Name the file that has it: ${recoverCommand(runId, session)} --plan FILE`,
  });
}

/** The error of a run whose module has changed, with the commands to choose from; any other as it is. */
export async function withChoice(error: unknown, session: Session, { runId, source }: OfModule): Promise<unknown> {
  if (!isOrchError(error, 'ORCH_WORKFLOW_CHANGED')) return error;
  const changes = 'changes' in error ? (error.changes as readonly string[]) : [];
  if (changes.length === 0) return error;
  const file = harmless(shellWord(nameOf(source)));
  const lines = changes.slice(0, shownChanges).map((line) => `\n  ${harmless(line)}`);
  const { isReplanned } = await definitionOf(session.orchestrator, runId);
  const again = `It was given another plan since. To go on by that: ${recoverCommand(runId, session)} --plan FILE`;
  const more = changes.length > shownChanges ? `\n  and ${changes.length - shownChanges} more` : '';
  return orchError({
    code: 'ORCH_WORKFLOW_CHANGED',
    message: `${harmless(nameOf(source))} is not what run ${runId} was made of, ${count(changes.length, 'difference')}:${lines.join('')}${more}`,
    hint: [
      ...(isReplanned ? [again] : []),
      `To go on by it: ${recoverCommand(runId, session)} --plan ${file}`,
      `To go on as before: put ${file} back as it was, then ${recoverCommand(runId, session)}`,
      `For a new run: orch execute ${file}${runFlags(session)}`,
    ].join('\n  '),
    cause: error,
  });
}

const shownChanges = 20;

/** The error of a run that began with a plan file, and was given a module since: from where, no event says. */
export function withFile(error: unknown, session: Session, { runId }: Known): unknown {
  if (!isOrchError(error, 'ORCH_WORKFLOW_MISSING')) return error;
  return orchError({
    code: 'ORCH_WORKFLOW_MISSING',
    message: error.message,
    hint: `Name the module that it was given again: ${recoverCommand(runId, session)} --plan FILE`,
    cause: error,
  });
}

/** As a command line in this folder names it. */
function nameOf(source: string): string {
  const near = relative('', source);
  return near.startsWith('..') ? source : near;
}
