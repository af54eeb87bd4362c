import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { jsonBackend } from '@orch/backend-json';
import { Orchestrator, parseWorkflow } from '@orch/core';
import type { AttemptReport, PhaseReport, RunEvent, RunHandle, RunReport } from '@orch/core';
import type { Clock, Json } from '@orch/core/author';
import { attemptLogPath, commandPlugin } from '@orch/plugin-command';
import { retryPlugin } from '@orch/plugin-retry';
import { Playground } from '../../../packages/cli/test/orch-process.ts';
import type { Ended, OrchProcess, StartOptions } from '../../../packages/cli/test/orch-process.ts';
import { attemptKeysIn, survivors, sweepAway, trialVariable } from './sweep.ts';
import type { Survivor, Swept } from './sweep.ts';

/** A phase as plan files write it. */
export interface OddPhase {
  readonly name: string;
  readonly command: Json;
  readonly [key: string]: Json;
}

export interface Limits {
  /** Phases at once. Default: 2. */
  readonly concurrency?: number;
}

/** The id of the one run of a test. */
export const runId = 'one';

/** One test with its folder, and all the processes that come of it. */
export class Stage {
  readonly ground: Playground = new Playground();
  readonly #trial: string = randomUUID();
  readonly #orchestrators: Orchestrator[] = [];
  #driven: RunHandle | undefined;
  /** What orch warned of, where it is driven in this process. */
  readonly warnings: string[] = [];

  get swept(): Swept {
    return { trial: this.#trial, folder: realpathSync(this.ground.folder), keys: attemptKeysIn(this.#state) };
  }

  get #state(): string {
    return this.ground.path('.orch');
  }

  /** Starts the command line. */
  start(args: readonly string[], { env = {}, ...rest }: StartOptions = {}): OrchProcess {
    return this.ground.start(args, { ...rest, env: { ...env, [trialVariable]: this.#trial } });
  }

  /** Writes a plan, and has the command line execute it as run `one`. One attempt a phase. */
  execute(phases: readonly OddPhase[], limits: Limits = {}, ...more: readonly string[]): OrchProcess {
    this.ground.plan(onceEach(phases), { concurrency: limits.concurrency ?? 2 });
    return this.start(['execute', 'plan.json', '--run-id', runId, ...more]);
  }

  recover(...more: readonly string[]): Promise<Ended> {
    return this.start(['recover', runId, ...more]).ended;
  }

  /** The same in this process: the engine, JSON files and the plugins as they are. */
  drive(
    phases: readonly OddPhase[],
    { concurrency = 2, clock }: Limits & { readonly clock?: Clock } = {},
  ): Orchestrator {
    const orchestrator = this.#orchestrator(clock);
    const plan = { workflow_id: 'demo', phases: onceEach(phases), concurrency };
    const { workflow, findings } = parseWorkflow(plan, { plugins: this.#plugins() });
    if (workflow === undefined) throw new Error(JSON.stringify(findings));
    process.env[trialVariable] = this.#trial;
    this.#driven = orchestrator.execute(workflow, { runId, directory: this.ground.folder });
    return orchestrator;
  }

  /** What became of run `one`. */
  async report(): Promise<RunReport> {
    return this.#orchestrator().show(runId);
  }

  async events(): Promise<readonly RunEvent[]> {
    const events: RunEvent[] = [];
    for await (const event of this.#orchestrator().events(runId)) events.push(event);
    return events;
  }

  /** What became of each phase, by name. */
  async phases(): Promise<ReadonlyMap<string, PhaseReport>> {
    return new Map((await this.report()).phases.map((phase) => [phase.name, phase]));
  }

  /** Waits for the end of the run that this process drives. */
  async ended(): Promise<RunReport> {
    if (this.#driven === undefined) throw new Error('drive() was not called');
    await this.#driven.result();
    return this.report();
  }

  logPath(attempt: AttemptReport): string {
    return attemptLogPath(this.#state, runId, attempt);
  }

  /** What the latest attempt of a phase printed; `undefined` without a log. */
  log(phase: PhaseReport | undefined): Buffer | undefined {
    const attempt = phase?.attempts.at(-1);
    if (attempt === undefined) return undefined;
    try {
      return readFileSync(this.logPath(attempt));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** What all attempts of a phase printed so far, without asking the journal. Its name is one that files may have. */
  logOf(phase: string): string {
    return this.attemptFiles(phase, '.log')
      .map((path) => readFileSync(path, 'latin1'))
      .join('');
  }

  /** The files of one kind of all attempts of a phase. */
  attemptFiles(phase: string, ending: '.log' | '.state'): readonly string[] {
    const folder = this.ground.path('.orch/runs', runId, 'attempts');
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => name.startsWith(`${phase}.`) && name.endsWith(ending));
    return names.map((name) => join(folder, name));
  }

  /** Deletes the folder, and answers with what still lives of the test: nothing, unless something is wrong. */
  async close(): Promise<readonly Survivor[]> {
    const left = await survivors(this.swept);
    // First: a command that does not end must not keep its orchestrator from closing.
    if (left.length > 0) await sweepAway(this.swept);
    await Promise.all(this.#orchestrators.map((it) => it.close()));
    this.ground[Symbol.dispose]();
    return left;
  }

  #orchestrator(clock?: Clock): Orchestrator {
    const orchestrator = new Orchestrator({
      backend: jsonBackend(this.#state),
      plugins: this.#plugins(),
      log: { info: () => undefined, warn: (message) => void this.warnings.push(message) },
      ...(clock === undefined ? {} : { clock }),
    });
    this.#orchestrators.push(orchestrator);
    return orchestrator;
  }

  #plugins(): ReturnType<typeof commandPlugin>[] {
    return [commandPlugin({ directory: this.#state }), retryPlugin()];
  }
}

function onceEach(phases: readonly OddPhase[]): readonly OddPhase[] {
  return phases.map((phase) => ({ retry_count: 1, ...phase }));
}

/** A stage for each test of a file; when the test is over, nothing of it may be left. */
export function stagePerTest(): () => Stage {
  let stage: Stage | undefined;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(async () => {
    const it = stage!;
    stage = undefined;
    expect(await it.close()).toEqual([]);
  });
  return () => stage!;
}
