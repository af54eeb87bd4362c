import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunSummary } from '@orch/core';
import { isOrchError, orchError } from '@orch/core/author';
import { readPlan } from '@orch/plan';
import { backendNames, withPasswordHint } from './backend/backend-place.ts';
import { backendsToSearch } from './backend/choose-backend.ts';
import { isDamage } from './copy-run.ts';
import { isModulePath } from './module/module-path.ts';
import { openSession } from './session.ts';
import type { Session, SessionOptions } from './session.ts';
import { findStatePlace } from './state-place.ts';
import { harmless, shellWord } from './view/text.ts';

const mostNamed = 5;

export interface FindOptions extends Pick<SessionOptions, 'stateDir' | 'concurrency'> {
  /** `--backend`: the only one to look into. */
  readonly backend?: string | undefined;
  /** Also a run that is too damaged to be listed, by its whole id. */
  readonly damaged?: boolean;
}

/** What is known of a run; of one that can't be listed only its id. */
type FoundSummary = Pick<RunSummary, 'runId'> & Partial<RunSummary>;

/** A run, and a session on the backend where it is. */
export interface FoundRun extends AsyncDisposable {
  readonly session: Session;
  readonly run: FoundSummary;
}

/** What a person may mean by a word. */
interface Wanted {
  readonly text: string;
  readonly path: string;
  readonly planId: string | undefined;
}

/** What one backend has of it. */
interface Look {
  readonly session: Session;
  readonly exact?: RunSummary;
  readonly ofWorkflow?: RunSummary;
  readonly ofPlan?: RunSummary;
  readonly prefixed: readonly RunSummary[];
  readonly latest: readonly RunSummary[];
  /** It could not be asked. */
  readonly away?: unknown;
}

interface Candidate<Run = RunSummary> {
  readonly session: Session;
  readonly run: Run;
}

/**
 * The run that a person means: a run id, a workflow id or the path of a plan file (its latest run), or the beginning of
 * one run id. What is exact comes first. Looks into all backends that are known here, unless one is named. Rejects with
 * `ORCH_RUN_UNKNOWN` or `ORCH_RUN_AMBIGUOUS`, naming what there is.
 */
export async function openRun(options: FindOptions, text: string): Promise<FoundRun> {
  const { backend, damaged = false, ...rest } = options;
  const place = findStatePlace(options.stateDir);
  const { plan, ...wanted } = await readWanted(text, options);
  const sessions: Session[] = [];
  const closeAllBut = async (kept?: Session): Promise<void> => {
    for (const session of sessions) if (session !== kept) await session[Symbol.asyncDispose]();
  };
  try {
    const looks: Look[] = [];
    for (const at of backendsToSearch({ flag: backend, plan }, place)) {
      const session = await openSession({ ...rest, at });
      sessions.push(session);
      looks.push(await lookInto(session, wanted));
    }
    const { session, run } = await choose(looks, { text, damaged });
    await closeAllBut(session);
    return { session, run, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  } catch (error) {
    await closeAllBut();
    throw error;
  }
}

async function readWanted(text: string, { stateDir }: FindOptions): Promise<Wanted & { readonly plan?: string }> {
  const path = resolve(text);
  if (!isFile(path)) return { text, path, planId: undefined };
  if (isModulePath(path)) {
    const reading = await (await import('./module/read-workflow.ts')).readWorkflow(path);
    return { text, path, planId: 'workflow' in reading ? reading.workflow.id : undefined };
  }
  await using session = await openSession({ stateDir });
  const { workflow, stateBackend } = await readPlan(path, { plugins: session.plugins });
  const plan = stateBackend !== undefined && backendNames().includes(stateBackend) ? { plan: stateBackend } : {};
  return { text, path, planId: workflow?.id, ...plan };
}

async function lookInto(session: Session, { text, path, planId }: Wanted): Promise<Look> {
  const latest: RunSummary[] = [];
  const prefixed: RunSummary[] = [];
  let ofWorkflow: RunSummary | undefined;
  let ofPlan: RunSummary | undefined;
  const found = (): Look => ({
    session,
    latest,
    prefixed,
    ...(ofWorkflow === undefined ? {} : { ofWorkflow }),
    ...(ofPlan === undefined ? {} : { ofPlan }),
  });
  try {
    for await (const run of session.orchestrator.list()) {
      if (run.runId === text) return { ...found(), exact: run };
      if (latest.length < mostNamed) latest.push(run);
      if (run.runId.startsWith(text) && text !== '') prefixed.push(run);
      if (run.workflow === text) ofWorkflow ??= run;
      if (run.workflow === planId || run.source === path) ofPlan ??= run;
    }
    return found();
  } catch (away) {
    return { session, latest, prefixed, away: withPasswordHint(session.at, away) };
  }
}

async function choose(
  looks: readonly Look[],
  { text, damaged }: { readonly text: string; readonly damaged: boolean },
): Promise<Candidate<FoundSummary>> {
  const exact = candidates(looks, ({ exact: run }) => (run === undefined ? [] : [run]));
  if (exact[0] !== undefined) return only(exact);
  // What can't be asked may have a later one.
  const away = looks.find((look) => 'away' in look);
  if (away !== undefined) throw away.away;
  const found =
    latestOf(candidates(looks, ({ ofWorkflow: run }) => (run === undefined ? [] : [run]))) ??
    latestOf(candidates(looks, ({ ofPlan: run }) => (run === undefined ? [] : [run])));
  if (found !== undefined) return found;
  // Nor is another run meant because the one of this id is damaged.
  for (const { session } of looks) {
    const damage = await damageOf(session, text);
    if (damaged && isDamage(damage)) return { session, run: { runId: text } };
    if (damage !== undefined) throw damage;
  }
  const prefixed = candidates(looks, (look) => look.prefixed);
  if (prefixed.length === 0) throw unknown(text, looks);
  if (prefixed.some(({ run }) => run.runId !== prefixed[0]?.run.runId)) throw ambiguous(text, prefixed);
  return only(prefixed);
}

function candidates(looks: readonly Look[], of: (look: Look) => readonly RunSummary[]): readonly Candidate[] {
  return looks.flatMap((look) => of(look).map((run) => ({ session: look.session, run })));
}

/** Rejects where the latest is in two backends. */
function latestOf(found: readonly Candidate[]): Candidate | undefined {
  const [latest] = found.toSorted((one, other) => other.run.createdAt - one.run.createdAt);
  return latest === undefined ? undefined : only(found.filter(({ run }) => run.runId === latest.run.runId));
}

/** A run and its copy have one id: which of them is meant, nobody can tell. */
function only(found: readonly Candidate[]): Candidate {
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  throw orchError({
    code: 'ORCH_RUN_AMBIGUOUS',
    message: `Run ${first?.run.runId} is in more than one backend.`,
    hint: `Say which: ${found.map(({ session: { at } }) => `--backend ${shellWord(at.name)}`).join(', or ')}`,
  });
}

/** A damaged run may be missing in the list: who names it is told what is wrong with it, not given another one. */
async function damageOf({ orchestrator }: Session, text: string): Promise<unknown> {
  try {
    await orchestrator.show(text);
    return undefined;
  } catch (error) {
    return isOrchError(error, 'ORCH_RUN_UNKNOWN') || isOrchError(error, 'ORCH_RUN_ID_INVALID') ? undefined : error;
  }
}

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function unknown(text: string, looks: readonly Look[]): Error {
  const latest = looks.flatMap((look) => look.latest).toSorted((one, other) => other.createdAt - one.createdAt);
  const places = looks.map(({ session: { at, place } }) => (at.name === 'json' ? place.directory : at.name));
  return orchError({
    code: 'ORCH_RUN_UNKNOWN',
    message: `There is no run, workflow or plan "${harmless(text)}" in ${places.join(', ')}.`,
    hint:
      latest.length === 0
        ? 'There are no runs at all.'
        : `The latest runs: ${latest.slice(0, mostNamed).map(describe).join(', ')}`,
  });
}

function ambiguous(text: string, found: readonly Candidate[]): Error {
  const more = found.length > mostNamed ? ` and ${found.length - mostNamed} more` : '';
  const named = found.slice(0, mostNamed).map(({ run }) => describe(run));
  return orchError({
    code: 'ORCH_RUN_AMBIGUOUS',
    message: `${found.length} runs begin with "${harmless(text)}".`,
    hint: `Say which: ${named.join(', ')}${more}`,
  });
}

function describe({ runId, workflow, status }: RunSummary): string {
  return `${runId} (${workflow}, ${status})`;
}
