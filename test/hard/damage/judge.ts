import { isDeepStrictEqual } from 'node:util';
import { Orchestrator, isOrchError } from '@orch/core';
import type { OrchError, RunEvent, RunReport, RunStatus, RunSummary } from '@orch/core';
import type { Backend, Plugin, StateFinding } from '@orch/core/author';
import { judgeJournal } from '../../../scripts/trial/judge-journal.ts';
import { changed, differences, imageOf, rewrite } from './folder-image.ts';
import type { FolderImage } from './folder-image.ts';
import type { Mutation } from './mutations.ts';
import type { Tally, Verdict } from './tally.ts';

/** What a reader and a taker have to do with. */
export interface Subject {
  /** The state folder. Its content is replaced. */
  readonly folder: string;
  readonly image: FolderImage;
  readonly run: string;
  /** Another run of the folder, never touched. */
  readonly bystander: string;
  readonly openBackend: () => Backend;
  /** What carries out its phases; default: something quick, without processes. */
  readonly plugins?: readonly Plugin[];
  /** With which its commands can end; default: 0. */
  readonly exitCodes?: readonly number[];
}

/** What a sound state folder answers. */
interface Expected {
  readonly looked: Looked;
  readonly bystander: readonly RunEvent[];
  /** How the run ends when it is taken up, and how many attempts are interrupted on the way. */
  readonly status: RunStatus;
  readonly interrupted: number;
  readonly promised: Promised;
  /** The journal after that take-up. */
  readonly history: readonly RunEvent[];
}

/** Versions up to which events are promised. */
export interface Promised {
  /** By `run.json`: to every reader. */
  readonly shown: number;
  /** By the newest seal as well. Where that was cut off it looks as if the run were being taken: shown once it is taken. */
  readonly kept: number;
}

interface Looked {
  readonly events: readonly RunEvent[];
  readonly report: RunReport;
}

/** That it is listed and not found to be damaged is seen each time; its history is read as often as this. */
const bystanderEvery = 20;

/** Puts mutations to a run of the real thing, and judges what every reader and a take-up make of each. */
export class Judge {
  readonly #subject: Subject;
  readonly #tally: Tally;
  #expected: Expected | undefined;
  #cases = 0;
  /** What lies in the folder now; `undefined`: something else than before. */
  #there: FolderImage | undefined;

  constructor(subject: Subject, tally: Tally) {
    this.#subject = subject;
    this.#tally = tally;
  }

  /** Learns what is right from the folder as it was made. */
  async learn(promised: Promised): Promise<void> {
    this.#put(this.#subject.image);
    const { looked, others } = await this.#lookAround(true);
    if (looked instanceof Error || others instanceof Error || others === undefined)
      throw new Error('the run is not sound');
    const taken = await this.#takeUp();
    if (taken instanceof Error) throw taken;
    const interrupted = count(taken.events, 'phase.interrupted');
    const { status, events: history } = taken;
    this.#expected = { looked, bystander: others.events, status, interrupted, promised, history };
  }

  get expectedEvents(): number {
    return this.#expected?.looked.events.length ?? 0;
  }

  /** `mayEndAs`: what is lost can't be known, such as a message; the run then ends as if it had never been. */
  async judge(
    mutation: Mutation,
    { mayEndAs = [] }: { readonly mayEndAs?: readonly RunStatus[] } = {},
  ): Promise<Verdict> {
    try {
      const verdict = await this.#verdict(mutation, mayEndAs);
      this.#tally.add(mutation.group, verdict);
      return verdict;
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#tally.violated(mutation.group, `${this.#subject.run}, ${mutation.what}: ${error.message}`);
      return 'violation';
    }
  }

  async #verdict({ change }: Mutation, mayEndAs: readonly RunStatus[]): Promise<Verdict> {
    const expected = this.#expected;
    if (expected === undefined) throw new Error('learn() comes first');
    const { run, bystander, image } = this.#subject;
    const damaged = changed(image, change);
    this.#put(damaged);
    const { looked, others, rows } = await this.#lookAround(this.#cases++ % bystanderEvery === 0);
    if (others instanceof Error) throw new Violation(`the bystander suffers: ${others.message}`);
    if (others !== undefined && !isDeepStrictEqual(others.events, expected.bystander))
      throw new Violation('the bystander has another history');
    if (rows.filter(({ runId }) => runId === bystander).length !== 1)
      throw new Violation('the bystander is not listed');
    expectRow(rows, run, { looked, expected });
    const errors = await this.#errorsFound();
    const verdict = looked instanceof Error ? 'refused' : compare(looked, expected);
    // A take-up that is refused shows it as well: one look at the folder does for both.
    if (verdict !== 'refused') this.#expectUnchanged(damaged, 'a reader');
    const taken = await this.#takeUp();
    if (taken instanceof Error) {
      // What readers of the journal need not look at, such as the inbox, a take-up refuses all the same.
      for (const error of looked instanceof Error ? [looked, taken] : [taken])
        expectHelpful(error, this.#subject.folder);
      this.#expectUnchanged(damaged, 'a reader, or a take-up that was refused,');
      expectFound(errors, run);
      return 'refused';
    }
    if (looked instanceof Error) throw new Violation(`readers refuse it, and a take-up ends ${taken.status}`);
    if (errors.length > 0) throw new Violation(`doctor calls it damaged: ${errors[0]?.message}`);
    expectGoesOn(taken, looked);
    const promised = expected.history.slice(0, expected.promised.kept);
    if (!isDeepStrictEqual(taken.events.slice(0, promised.length), promised))
      throw new Violation('what was promised is not in the journal after a take-up');
    if (![expected.status, ...mayEndAs].includes(taken.status)) throw new Violation(`it ends ${taken.status}`);
    const { exitCodes = [0] } = this.#subject;
    for (const event of taken.events)
      if ('exitCode' in event && !exitCodes.includes(event.exitCode ?? 0))
        throw new Violation(`exit code ${event.exitCode}`);
    const again = count(taken.events, 'phase.interrupted') > expected.interrupted;
    return verdict === 'harmless' && again ? 'again' : verdict;
  }

  #put(image: FolderImage): void {
    rewrite(this.#subject.folder, this.#there ?? imageOf(this.#subject.folder), image);
    this.#there = image;
  }

  #expectUnchanged(before: FolderImage, who: string): void {
    const after = imageOf(this.#subject.folder);
    this.#there = after;
    const paths = differences(before, after);
    if (paths.length > 0) throw new Violation(`${who} changed ${paths.join(', ')}`);
  }

  #open(): Orchestrator {
    const { openBackend, plugins = [quickCommands] } = this.#subject;
    return new Orchestrator({ backend: openBackend(), plugins, log: { info: () => {}, warn: () => {} } });
  }

  async #errorsFound(): Promise<readonly StateFinding[]> {
    await using orchestrator = this.#open();
    const findings = await attempt(() => orchestrator.check());
    if (findings instanceof Error) throw new Violation(`doctor fails: ${findings.message}`);
    return findings.filter(({ severity }) => severity === 'error');
  }

  /** All that reads, as one process would. */
  async #lookAround(withBystander: boolean): Promise<{
    readonly looked: Looked | OrchError;
    readonly others: Looked | OrchError | undefined;
    readonly rows: readonly RunSummary[];
  }> {
    const { run, bystander } = this.#subject;
    await using orchestrator = this.#open();
    const rows = await rowsOf(orchestrator);
    const others = withBystander ? await look(orchestrator, bystander) : undefined;
    return { looked: await look(orchestrator, run), others, rows };
  }

  async #takeUp(): Promise<Taken | OrchError> {
    const { run } = this.#subject;
    this.#there = undefined;
    await using orchestrator = this.#open();
    const result = await attempt(() => orchestrator.recover(run).result());
    if (result instanceof Error) return result;
    const events: RunEvent[] = [];
    for await (const event of orchestrator.events(run)) events.push(event);
    return { status: result.status, events };
  }
}

async function look(orchestrator: Orchestrator, run: string): Promise<Looked | OrchError> {
  const events: RunEvent[] = [];
  const read = await attempt(async () => {
    for await (const event of orchestrator.events(run)) events.push(event);
  });
  const report = await attempt(() => orchestrator.show(run));
  if (read instanceof Error !== report instanceof Error)
    throw new Violation('of events and show one is refused and the other is not');
  if (read instanceof Error) return read;
  return report instanceof Error ? report : { events, report };
}

async function rowsOf(orchestrator: Orchestrator): Promise<readonly RunSummary[]> {
  const rows: RunSummary[] = [];
  const listed = await attempt(async () => {
    for await (const row of orchestrator.list()) rows.push(row);
  });
  if (listed instanceof Error) throw new Violation(`the list of all runs is refused: ${listed.message}`);
  return rows;
}

interface Taken {
  readonly status: RunStatus;
  readonly events: readonly RunEvent[];
}

/** What must never be. */
class Violation extends Error {}

/** Anything but a typed error is a crash. */
async function attempt<T>(work: () => Promise<T>): Promise<T | OrchError> {
  try {
    return await work();
  } catch (error) {
    if (isOrchError(error)) return error;
    throw new Violation(`an error without a code: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

const codes = /^ORCH_JOURNAL_(DAMAGED|TRUNCATED|NEWER|LOST)$/;

/** A typed error that names file, byte and next step; of a journal that is gone, its folder. */
function expectHelpful({ code, message, hint }: OrchError, folder: string): void {
  const hasPlace = code === 'ORCH_JOURNAL_LOST' || / at byte \d+/.test(message);
  const isHelpful = codes.test(code) && message.includes(`${folder}/`) && hasPlace;
  if (!isHelpful || hint === undefined) throw new Violation(`a refusal that does not help: ${code}, ${message}`);
}

function expectRow(
  rows: readonly RunSummary[],
  run: string,
  { looked, expected }: { readonly looked: Looked | OrchError; readonly expected: Expected },
): void {
  const [row, ...more] = rows.filter(({ runId }) => runId === run);
  const { report } = expected.looked;
  if (more.length > 0) throw new Violation('it is listed twice');
  if (rows.length > 2) throw new Violation(`runs are listed that are not there: ${rows.map((it) => it.runId).join()}`);
  if (row === undefined) {
    if (looked instanceof Error) return;
    throw new Violation('it can be read, but is not listed');
  }
  if (row.workflow !== report.workflow || row.createdAt !== report.createdAt || row.version > report.version)
    throw new Violation(`listed as ${JSON.stringify(row)}`);
  const isWhole = !(looked instanceof Error) && looked.report.version === report.version;
  if (isWhole && (row.version !== report.version || row.status !== report.status))
    throw new Violation(`listed as ${JSON.stringify(row)}`);
}

function compare({ events, report }: Looked, expected: Expected): Verdict {
  const whole = expected.looked.events;
  if (events.length > whole.length || events.some((event, index) => !isDeepStrictEqual(event, whole[index])))
    throw new Violation('another history is shown');
  if (events.length < expected.promised.shown) throw new Violation(`only ${events.length} events are left`);
  if (events.length < whole.length) return 'shorter';
  if (!isDeepStrictEqual(report, expected.looked.report)) throw new Violation('another report is shown');
  return 'harmless';
}

function expectGoesOn(taken: Taken, looked: Looked): void {
  const kept = taken.events.slice(0, looked.events.length);
  if (!isDeepStrictEqual(kept, looked.events)) throw new Violation('the take-up changed what was history');
  const completed = looked.report.phases.filter((phase) => phase.status === 'completed').map(({ name }) => name);
  const started = taken.events.slice(kept.length).flatMap((it) => (it.type === 'phase.started' ? [it.phase] : []));
  const again = started.filter((name) => completed.includes(name));
  if (again.length > 0) throw new Violation(`completed phases were started again: ${again.join(', ')}`);
  // What it says of an end is meant for one in success.
  const faults = taken.status === 'completed' ? judgeJournal(taken.events) : [];
  if (faults.length > 0) throw new Violation(faults.join('; '));
}

/** Doctor says what readers and a take-up say. */
function expectFound(errors: readonly StateFinding[], run: string): void {
  const [error] = errors.filter((it) => it.run === run);
  if (error === undefined || errors.length > 1) throw new Violation(`doctor finds ${errors.length} errors`);
  const { code, file, offset, hint } = error;
  const hasPlace = code === 'ORCH_STATE_FOREIGN' || (codes.test(code) && offset !== undefined);
  if (!hasPlace || file === undefined || hint === undefined)
    throw new Violation(`doctor does not help: ${JSON.stringify(error)}`);
}

function count(events: readonly RunEvent[], type: RunEvent['type']): number {
  return events.filter((event) => event.type === type).length;
}

/** Carries out phases of commands without any process. */
const quickCommands: Plugin = {
  name: 'quick-commands',
  contract: 1,
  apply: ({ executor }) => executor('command', { execute: async () => ({ status: 'completed', exitCode: 0 }) }),
};
