import { join } from 'node:path';
import type { OrchError } from '@orch/core/author';
import { backendsToSearch } from '../backend/choose-backend.ts';
import { knownBackendFindings } from '../backend/known-backends.ts';
import { eachOnce } from '../backend/same-place.ts';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { exitCodeOf, worstOf } from '../exit-codes.ts';
import { endedStatuses, runsToGo } from '../prune/choose-runs.ts';
import { listRunsAt } from '../prune/known-runs.ts';
import type { KnownRun, Listed } from '../prune/known-runs.ts';
import { leftoversIn } from '../prune/leftovers.ts';
import type { Leftover } from '../prune/leftovers.ts';
import { removeRuns } from '../prune/remove-runs.ts';
import type { Left, Removed } from '../prune/remove-runs.ts';
import { sizeOf } from '../prune/run-files.ts';
import { sharedAmong } from '../prune/shared-logs.ts';
import type { Shared } from '../prune/shared-logs.ts';
import { asPlaceError, wrongUsage } from '../report-error.ts';
import { findStatePlace } from '../state-place.ts';
import type { StatePlace } from '../state-place.ts';
import { print, say } from '../streams.ts';
import { pruneLines } from '../view/prune-text.ts';
import { count, formatBytes, harmless } from '../view/text.ts';
import { sayUnlisted } from '../view/unlisted.ts';

export interface PruneOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly json?: boolean;
  readonly workflow?: string;
  /** Default: those of runs that have ended. */
  readonly status?: readonly string[];
  /** In milliseconds. */
  readonly olderThan?: number;
  readonly keepLast?: number;
  readonly dryRun?: boolean;
}

/** What is to go, and what stays though a rule would let it go. */
interface Choice {
  readonly going: readonly KnownRun[];
  readonly shared: readonly Shared[];
  readonly leftovers: readonly Leftover[];
  readonly staying: number;
}

interface Done {
  readonly removed: readonly Removed[];
  readonly left: readonly Left[];
  /** What an earlier removal left, and what still is. */
  readonly cleared: readonly Leftover[];
  readonly stuck: readonly { readonly leftover: Leftover; readonly error: OrchError }[];
}

/** Removes runs by age and number, with their logs. Says first which; those that are driven or damaged stay. */
export async function prune(options: PruneOptions): Promise<ExitCode> {
  const { stateDir, backend, json = false, dryRun = false } = options;
  if (options.olderThan === undefined && options.keepLast === undefined)
    throw wrongUsage({
      message: 'Nothing says which runs may go.',
      hint: 'Say it: --older-than 30d, --keep-last 10, or both. Look first with --dry-run. See: orch prune --help',
    });
  const place = findStatePlace(stateDir);
  const { directory } = place;
  const wanted = backendsToSearch({ flag: backend }, place);
  const names = new Set(wanted.map(({ name }) => name));
  const others = backend === undefined ? [] : backendsToSearch({}, place);
  const known: Listed[] = [];
  for (const at of eachOnce([...wanted, ...others])) known.push(await listRunsAt(at, stateDir));
  const asked = known.filter(({ at }) => names.has(at.name));
  const isUnsure = knownBackendFindings(directory).some(({ severity }) => severity === 'error');
  const choice = choose({ place, asked, known, isUnsure }, options);
  if (!json && choice.going.length > 0) await printGoing(choice.going, { directory, dryRun });
  const removal = { directory, isUnsure, stateDir, dryRun };
  const done = {
    ...clear(choice.leftovers, dryRun),
    ...(await removeRuns(choice.going, removal)),
  };
  if (json) await print(`${JSON.stringify(answerOf(choice, done, { dryRun }), null, 2)}\n`);
  sayStaying({ place, asked, choice, done });
  if (!json) sayEnd(choice, done, dryRun);
  return worstOf([
    isUnsure ? exitCodes.damaged : exitCodes.done,
    ...asked.map(({ away, unreadable }) =>
      away === undefined && unreadable.length === 0 ? exitCodes.done : exitCodes.damaged,
    ),
    ...[...done.left, ...done.stuck].map(({ error: { code } }) =>
      isDrivenMeanwhile(code) || code === 'ORCH_RUN_AMBIGUOUS' ? exitCodes.done : exitCodeOf(code),
    ),
    ...choice.shared.map(({ isUnsure: unsure }) => (unsure === true ? exitCodes.damaged : exitCodes.done)),
  ]);
}

interface Seen {
  readonly place: StatePlace;
  readonly asked: readonly Listed[];
  readonly known: readonly Listed[];
  readonly isUnsure: boolean;
}

function choose(
  { place, asked, known, isUnsure }: Seen,
  { workflow, status = endedStatuses, olderThan, keepLast }: PruneOptions,
): Choice {
  const runs = asked.flatMap((listed) => listed.runs);
  const candidates = runs.filter(
    (run) => status.includes(run.status) && (workflow === undefined || run.workflow === workflow),
  );
  const chosen = runsToGo(candidates, { olderThanMs: olderThan, keepLast }, Date.now());
  const shared = sharedAmong(chosen, known, place.directory);
  const going = chosen.filter((run) => !shared.has(run));
  return {
    going,
    shared: [...shared.values()],
    leftovers: leftoversIn({ directory: place.directory, asked, known, isUnsure }),
    staying: runs.length - going.length,
  };
}

function clear(leftovers: readonly Leftover[], dryRun: boolean): Pick<Done, 'cleared' | 'stuck'> {
  if (dryRun) return { cleared: leftovers, stuck: [] };
  const cleared: Leftover[] = [];
  const stuck: Done['stuck'][number][] = [];
  for (const leftover of leftovers) {
    try {
      leftover.remove();
      cleared.push(leftover);
    } catch (thrown) {
      const error = asPlaceError(thrown);
      if (error === undefined) throw thrown;
      stuck.push({ leftover, error });
    }
  }
  return { cleared, stuck };
}

async function printGoing(
  going: readonly KnownRun[],
  { directory, dryRun }: { readonly directory: string; readonly dryRun: boolean },
): Promise<void> {
  const runs = going.map((run) => ({ ...run, backend: run.at.name, bytes: sizeOf(run, directory) }));
  const { lines, left } = pruneLines(runs, { columns: process.stdout.columns });
  await print(`${lines.join('\n')}\n`);
  // Otherwise they are about to go: nothing would be left to be asked for.
  if (left && dryRun) say('More: --json');
}

function answerOf(choice: Choice, done: Done, more: { dryRun: boolean }): object {
  const { removed, left, cleared, stuck } = done;
  return {
    ...more,
    removed: removed.map(({ run: { at, ...run }, bytes }) => ({ ...run, backend: at.name, bytes })),
    leftovers: cleared.map(({ path, bytes }) => ({ path, bytes })),
    bytes: freed(done),
    kept: keptBy(choice, done),
    left: [
      ...choice.shared.map(({ run: { runId, at }, code, message }) => ({ runId, backend: at.name, code, message })),
      ...left.map(({ run: { runId, at }, error: { code, message } }) => ({ runId, backend: at.name, code, message })),
      ...stuck.map(({ leftover: { path }, error: { code, message } }) => ({ path, code, message })),
    ],
  };
}

function freed({ removed, cleared }: Done): number {
  return [...removed, ...cleared].reduce((sum, { bytes }) => sum + bytes, 0);
}

function keptBy({ staying }: Choice, { left }: Done): number {
  return staying + left.filter(({ isGone }) => !isGone).length;
}

interface Staying {
  readonly place: StatePlace;
  readonly asked: readonly Listed[];
  readonly choice: Choice;
  readonly done: Done;
}

/** What could not go, and why; what is damaged is left to doctor. */
function sayStaying({ place, asked, choice, done }: Staying): void {
  for (const { at, away, unreadable } of asked) {
    for (const run of unreadable) sayUnlisted(run);
    if (away !== undefined) say(`warning: ${at.name} was left out: ${harmless(away.message)} [${away.code}]`);
  }
  sayShared(choice.shared, place);
  for (const { run, error, isGone } of done.left) {
    const what = isGone ? 'is gone, but files of it are left' : 'stays';
    const warning = isDrivenMeanwhile(error.code) ? '' : 'warning: ';
    say(`${warning}run ${run.runId} ${what}: ${harmless(error.message)} [${error.code}]`);
  }
  for (const { leftover, error } of done.stuck)
    say(
      `warning: ${harmless(leftover.path)} is left of an earlier removal: ${harmless(error.message)} [${error.code}]`,
    );
  // It is taken first, which is written.
  if (done.left.some(({ error: { message } }) => message.includes('ENOSPC')))
    say('To remove a run takes some kB itself: make room for them by hand, then prune again.');
  const isDamaged = (code: string): boolean => code.startsWith('ORCH_JOURNAL_');
  if (asked.some(({ unreadable }) => unreadable.length > 0) || done.left.some(({ error }) => isDamaged(error.code)))
    say(`What to do about damaged runs: orch doctor${place.flag}`);
}

/** A backend that can't be asked may keep all of them: that is said once. */
function sayShared(shared: readonly Shared[], { directory }: StatePlace): void {
  const kept = shared.filter(({ away }) => away !== undefined);
  for (const { run, message, away } of shared)
    if (away === undefined) say(`warning: run ${run.runId} stays in ${run.at.name}: ${message}`);
  const [first] = kept;
  if (first === undefined) return;
  say(
    `warning: ${count(kept.length, 'run')} with logs here stay${kept.length === 1 ? 's' : ''}: ${harmless(first.message)}`,
  );
  say(`If that backend is given up, remove its line from ${harmless(join(directory, 'backends.json'))}.`);
}

/** It was taken up between the look and the removal. */
function isDrivenMeanwhile(code: string): boolean {
  return code === 'ORCH_RUN_OWNED' || code === 'ORCH_RUN_UNFINISHED' || code === 'ORCH_RUN_LOST';
}

function sayEnd(choice: Choice, done: Done, dryRun: boolean): void {
  const { removed, cleared } = done;
  const kept = keptBy(choice, done);
  const rest = cleared.length === 0 ? '' : `, what ${count(cleared.length, 'earlier removal')} left`;
  const what = `${count(removed.length, 'run')}${rest}`;
  const bytes = formatBytes(freed(done));
  const gone = done.left.filter(({ isGone }) => isGone).length;
  const half =
    gone === 0
      ? ''
      : `${count(gone, 'run')} ${gone === 1 ? 'is' : 'are'} gone but for files of ${gone === 1 ? 'it' : 'them'}. `;
  const stay = `${half}${count(kept, 'run')} stay${kept === 1 ? 's' : ''}.`;
  if (gone > 0 && removed.length + cleared.length === 0) return say(stay);
  if (removed.length + cleared.length === 0) return say(`Nothing ${dryRun ? 'is to go' : 'was removed'}. ${stay}`);
  say(
    dryRun
      ? `Would remove ${what}, and free ${bytes}. ${stay} Nothing was removed.`
      : `Removed ${what}, and freed ${bytes}. ${stay}`,
  );
  if (removed.some(({ run }) => run.at.kind === 'sqlite'))
    say('An SQLite file keeps its size: later runs take up the room in it.');
}
