import type { StateFinding } from '../backend/state-finding.ts';
import { systemClock } from '../clock.ts';
import { isOrchError, orchError } from '../errors/orch-error.ts';
import type { Log } from '../executor/executor.ts';
import { loadPlugins } from '../hooks/plugin-host.ts';
import type { LoadedPlugins } from '../hooks/plugin-host.ts';
import { randomIds } from '../id.ts';
import type { RunEvent, RunSummary } from '../run/event.ts';
import type { RunReport } from '../run/report.ts';
import { isTerminal } from '../run/state.ts';
import type { Workflow, WorkflowDefinition } from '../spec/workflow.ts';
import type { Finding } from '../spec/workflow-spec.ts';
import { checkState } from './check-state.ts';
import { beginRun } from './begin-run.ts';
import { deleteRun } from './delete-run.ts';
import type { Driver } from './driver.ts';
import type { Host } from './host.ts';
import { isHeld } from './lease.ts';
import { giveBackAll } from './letting-go.ts';
import { readRun } from './open-run.ts';
import type {
  CancelOptions,
  DeleteOptions,
  ExecuteArguments,
  ExecuteOptions,
  ListOptions,
  OrchestratorApi,
  OrchestratorOptions,
  RecoverOptions,
  RunHandle,
} from './options.ts';
import { eventsOf, listRuns, reportOf } from './read-runs.ts';
import type { EventsOptions } from './read-runs.ts';
import { finished, refuseBackend, refuseRunId, refuseWorkflow } from './refusals.ts';
import { refuseOptions } from '../spec/refuse-options.ts';
import { closeShared, openShared } from './shared-backends.ts';
import {
  cancelOptions,
  deleteOptions,
  eventsOptions,
  executeOptions,
  listOptions,
  orchestratorOptions,
  recoverOptions,
} from './known-options.ts';
import { resumeRun } from './resume-run.ts';
import type { ResumeRequest } from './resume-run.ts';
import { runHandle } from './run-handle.ts';
import type { Opened } from './run-handle.ts';
import type { EngineParts } from './run-parts.ts';
import { validateWorkflow } from './validate.ts';
import { cancelMessage } from './messages.ts';

/**
 * Drives runs on a backend, with plugins.
 *
 * @example
 * const orch = new Orchestrator({ backend: jsonBackend('.orch') });
 * await orch.execute(hello, { runId: 'hello-1' }).outputs(); // killed? run the script again: it goes on
 * await orch.close();
 */
export class Orchestrator implements OrchestratorApi {
  readonly #options: OrchestratorOptions;
  readonly #plugins: LoadedPlugins;
  readonly #log: Log;
  readonly #drivers = new Map<string, Driver>();
  /** What `close` waits for: runs on their way to a driver, and deletions. */
  readonly #pending = new Set<Promise<unknown>>();
  #engine: Promise<EngineParts> | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Throws `ORCH_PLUGIN_INVALID` or `ORCH_PLUGIN_CONTRACT` where the plugins or the backend don't fit, `ORCH_OPTION_INVALID`
   * for an option that there is not, or of another kind. So do its methods, each for its options.
   */
  constructor(options: OrchestratorOptions) {
    refuseBackend(options);
    refuseOptions('Orchestrator', options, orchestratorOptions);
    this.#options = options;
    this.#log = this.#withoutSecrets(options.log ?? stderrLog);
    const { clock = systemClock, random = Math.random } = options;
    this.#plugins = loadPlugins(options.plugins ?? [], { clock, random, log: this.#log });
  }

  async validate(workflow: Workflow): Promise<readonly Finding[]> {
    refuseWorkflow('validate', workflow);
    return validateWorkflow(workflow.definition.spec, { ...this.#plugins, language: this.#options.language });
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- any workflow: its input types stand in both directions
  execute<P extends object, In>(workflow: Workflow<any, P, In>, ...[options = {}]: ExecuteArguments<In>): RunHandle<P> {
    refuseWorkflow('execute', workflow);
    refuseOptions('execute', options, executeOptions);
    const { ids = randomIds } = this.#options;
    const runId = options.runId ?? ids.runId();
    refuseRunId(runId);
    return runHandle<P>(runId, this.#track(runId, this.#start(runId, workflow.definition, options)), options.signal);
  }

  recover<P extends object, In>(runId: string, options: RecoverOptions<P, In> = {}): RunHandle<P> {
    refuseRunId(runId);
    refuseOptions('recover', options, recoverOptions);
    const { workflow, signal, ...rest } = options;
    if (workflow !== undefined) refuseWorkflow('recover', workflow);
    const opening = this.#open(runId, { ...rest, definition: workflow?.definition });
    return runHandle<P>(runId, this.#track(runId, opening), signal);
  }

  async cancel(runId: string, options: CancelOptions = {}): Promise<void> {
    refuseOptions('cancel', options, cancelOptions);
    const { by = 'api', message, secrets, workflow } = options;
    if (workflow !== undefined) refuseWorkflow('cancel', workflow);
    const own = this.#drivers.get(runId);
    if (own?.cancel(by, message) === true) return;
    // It is just letting go: cancelled is what is left then.
    await own?.done.catch(() => undefined);
    const engine = await this.#opened();
    const { state } = await readRun(engine, runId);
    if (isTerminal(state.status)) throw finished(runId, state.status);
    const said = message === undefined ? {} : { message };
    if (!isHeld(await engine.backend.holder(runId), engine.host)) {
      try {
        const opened = await this.#track(
          runId,
          this.#open(runId, { definition: workflow?.definition, secrets, cancel: { by, ...said } }),
        );
        if ('driver' in opened) await opened.driver.done;
        return;
      } catch (error) {
        // Somebody took it up in between: a message reaches them.
        if (!isOrchError(error, 'ORCH_RUN_OWNED')) throw error;
      }
    }
    const posted = await engine.backend.post(runId, { id: engine.ids.random(), body: cancelMessage({ by, ...said }) });
    if (posted === 'finished') throw finished(runId, 'over');
  }

  async delete(runId: string, options: DeleteOptions = {}): Promise<void> {
    refuseRunId(runId);
    refuseOptions('delete', options, deleteOptions);
    await this.#whilePending(this.#opened().then((engine) => deleteRun(engine, runId, options)));
  }

  async show(runId: string): Promise<RunReport> {
    return reportOf(await this.#opened(), runId);
  }

  async *list(options: ListOptions = {}): AsyncIterable<RunSummary> {
    refuseOptions('list', options, listOptions);
    yield* listRuns(await this.#opened(), options);
  }

  async *events(runId: string, options: EventsOptions = {}): AsyncIterable<RunEvent> {
    refuseOptions('events', options, eventsOptions);
    yield* eventsOf(await this.#opened(), runId, options);
  }

  async check(): Promise<readonly StateFinding[]> {
    return checkState(await this.#opened());
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Words of plugins are about no run in particular: they are kept from telling a secret of any that is driven here. */
  #withoutSecrets(log: Log): Log {
    const hide = (text: string): string => {
      let hidden = text;
      for (const { guard } of this.#drivers.values()) hidden = guard.hide(hidden);
      return hidden;
    };
    return { info: (text) => log.info(hide(text)), warn: (text) => log.warn(hide(text)) };
  }

  async #start<In>(runId: string, definition: WorkflowDefinition, options: ExecuteOptions<In>): Promise<Opened> {
    const engine = await this.#opened();
    const { concurrency } = this.#options;
    const begun = await beginRun(engine, { runId, definition, options, concurrency });
    return 'inputs' in begun ? this.#open(runId, { definition, inputs: begun.inputs, choice: begun }) : begun;
  }

  async #open(runId: string, request: ResumeRequest): Promise<Opened> {
    return resumeRun(await this.#opened(), runId, request, this.#options.concurrency);
  }

  async #close(): Promise<void> {
    for (const driver of this.#drivers.values()) stopOnce(driver);
    // What is still being opened is stopped as soon as there is a driver.
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
    await Promise.allSettled([...this.#drivers.values()].map(({ done }) => done));
    await this.#plugins.close();
    // One that could not be opened has told so to whoever needed it.
    const engine = await this.#engine?.catch(() => undefined);
    if (engine === undefined) return;
    await giveBackAll(engine);
    await closeShared(engine.backend);
  }

  /** Opens the backend, once. */
  #opened(): Promise<EngineParts> {
    if (this.#closing !== undefined)
      return Promise.reject(orchError({ code: 'ORCH_BACKEND_CLOSED', message: 'The orchestrator is closed.' }));
    return (this.#engine ??= this.#openEngine());
  }

  async #openEngine(): Promise<EngineParts> {
    const { backend, clock = systemClock, ids = randomIds, host } = this.#options;
    // Who this process is can be found out while a server is on its way.
    const [, thisHost] = await Promise.all([openShared(backend), host ?? hostOfProcess()]);
    return {
      backend,
      clock,
      ids,
      host: thisHost,
      log: this.#log,
      hooks: this.#plugins.calls,
      language: this.#options.language,
      phaseKeys: this.#plugins.phaseKeys,
      executors: this.#plugins.executors,
      leftTokens: new Map(),
    };
  }

  /** Remembers who drives a run, for `close` and `cancel`. */
  #track(runId: string, opening: Promise<Opened>): Promise<Opened> {
    return this.#whilePending(this.#tracked(runId, opening));
  }

  #whilePending<Result>(work: Promise<Result>): Promise<Result> {
    const pending = work.finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
    return pending;
  }

  async #tracked(runId: string, opening: Promise<Opened>): Promise<Opened> {
    const opened = await opening;
    if (!('driver' in opened)) return opened;
    const { driver } = opened;
    this.#drivers.set(runId, driver);
    const forget = (): void => {
      if (this.#drivers.get(runId) === driver) this.#drivers.delete(runId);
    };
    driver.done.then(forget, forget);
    if (this.#closing !== undefined) stopOnce(driver);
    return opened;
  }
}

/** Only here does core reach for the file system: the main entry stays free of it for those who bring a host. */
async function hostOfProcess(): Promise<Host> {
  return (await import('../node/process-identity.ts')).processHost();
}

/** A second stop would kill without grace. */
function stopOnce(driver: Driver): void {
  if (!driver.isStopping) driver.stop();
}

const stderrLog: Log = {
  info: (message) => void process.stderr.write(`${message}\n`),
  warn: (message) => void process.stderr.write(`warning: ${message}\n`),
};
