import type { Backend } from '../backend/backend.ts';
import type { StateFinding, UnreadableRun } from '../backend/state-finding.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../executor/executor.ts';
import type { PhaseError } from '../hooks/lifecycle-hooks.ts';
import type { Plugin } from '../hooks/plugin.ts';
import type { Ids } from '../id.ts';
import type { RunEvent, RunSummary, Selection, SerializedError, StoredRunStatus } from '../run/event.ts';
import type { RunReport } from '../run/report.ts';
import type { Language } from '../spec/language.ts';
import type { Finding } from '../spec/workflow-spec.ts';
import type { Workflow } from '../spec/workflow.ts';
import type { Host } from './host.ts';

/** Whatever an orchestrator is made of; a preset is one of these. */
export interface OrchestratorOptions {
  readonly backend: Backend;
  readonly plugins?: readonly Plugin[];
  /** Carries out the expressions and JSON Schemas of plans: `planLanguage()` of `@orch/plan`. Default: none. */
  readonly language?: Language;
  /** Phases at once; default: what the workflow says, else the number of CPUs. */
  readonly concurrency?: number;
  /** Words of phases and plugins; default: stderr, a line each. */
  readonly log?: Log;
  /** Default: the system's. Tests hand in their own. */
  readonly clock?: Clock;
  /** Default: random ones. */
  readonly ids?: Ids;
  /** A number from 0 up to, not including, 1; default `Math.random`. */
  readonly random?: () => number;
  /** Default: this machine, as `@orch/core/node` sees it. */
  readonly host?: Host;
}

export interface ExecuteOptions<In> {
  readonly inputs?: In;
  /** Default: always a new run. A known id goes on where it stopped, or answers with the finished result. */
  readonly runId?: string;
  /** Aborted: the run is stopped as by {@link RunHandle.stop}. */
  readonly signal?: AbortSignal;
  /** The working folder of the run; default: the process's. */
  readonly directory?: string;
  /** The plan file that the workflow was read from. */
  readonly source?: string;
  /** Which phases the run is about; default: all. Holds for the whole run: another one for a known run id is refused, `ORCH_INPUT_CHANGED`. */
  readonly selection?: Selection;
  /** The first failure that is not forgiven ends the run; default `false`. Holds like `selection`. */
  readonly failFast?: boolean;
}

export interface RecoverOptions<P extends object, In> {
  /** The definition, when it holds functions. A workflow of commands stands in the journal and may be left out. */
  // oxlint-disable-next-line typescript/no-explicit-any -- any workflow: its input types stand in both directions
  readonly workflow?: Workflow<any, P, In>;
  /** Runs this phase and everything downstream of it again; one that the selection of the run left out is refused. */
  readonly from?: keyof P & string;
  /** Goes back to a checkpoint: `NAME` (the latest of that name) or `NAME@VERSION`. Not beside `from`: `ORCH_RUN_TWO_WAYS`. */
  readonly checkpoint?: string;
  /** Values of the secret inputs, which no journal holds. */
  readonly secrets?: Partial<In>;
  /**
   * Goes on with `workflow` though it differs: what differs is recorded, completed phases stay, attempts of phases that
   * changed are ended. Not beside `from` and `checkpoint`.
   */
  readonly replan?: boolean;
  /** Goes on with what is unfinished and resets nothing: a run that has ended stays as it is. Not beside `from`, `checkpoint` and `replan`. */
  readonly unfinishedOnly?: boolean;
  /** Kills a live owner on this host first. */
  readonly takeOver?: boolean;
  /** The caller knows that nothing of the run is alive on the host or in the container where it was driven before. */
  readonly otherHost?: boolean;
  readonly signal?: AbortSignal;
}

/** A run that this process drives. */
export interface RunHandle<P extends object = object> {
  readonly runId: string;
  /** Rejects only for infrastructure: what became of the phases is in the value. */
  result(): Promise<RunResult<P>>;
  /** Rejects unless the run completed. */
  outputs(): Promise<P>;
  /** Ends the run for good; a second call is as the first. */
  cancel(options?: { readonly by?: string; readonly message?: string }): Promise<void>;
  /** Ends the attempts, keeps the run: `interrupted`, and recover goes on. A second call kills without grace. */
  stop(): Promise<void>;
  /** Lets go of the run at once and leaves its commands alone: a later take-up adopts them. */
  detach(): Promise<void>;
}

export type RunResult<P extends object = object> = { readonly runId: string } & (
  | { readonly status: 'completed'; readonly outputs: P }
  | {
      readonly status: 'failed' | 'cancelled' | 'waiting' | 'interrupted';
      readonly outputs: Partial<P>;
      readonly failures: readonly PhaseError[];
      /** Of a failed run: whether phases failed, its timeout passed, or a `beforeRun` tap refused it. */
      readonly reason?: 'phases' | 'timeout' | 'hook';
      /** Of a run that a `beforeRun` tap refused: its words, with the names of tap and plugin. Recover it once the cause is gone. */
      readonly error?: SerializedError;
    }
);

/** Options may be left out where no input is required. */
export type ExecuteArguments<In> =
  Record<never, never> extends In
    ? [options?: ExecuteOptions<In>]
    : [options: ExecuteOptions<In> & { readonly inputs: In }];

export interface CancelOptions {
  /** Who asks; default `api`. */
  readonly by?: string;
  readonly message?: string;
  /** Values of the secret inputs: a run that nobody drives is taken up here, and its clean-ups may need them. */
  readonly secrets?: { readonly [name: string]: unknown };
  /** The definition, where clean-ups are functions: a run that nobody drives calls them here. Another one is refused: `ORCH_WORKFLOW_CHANGED`. */
  readonly workflow?: Workflow;
}

export interface DeleteOptions {
  /** Also a run that has not ended: what still runs of it is ended first. Default `false`. */
  readonly unfinished?: boolean;
  /** Only if this is the version of its newest event, as `list` told it; else `ORCH_RUN_UNFINISHED`: it was taken up meanwhile. */
  readonly version?: number;
}

export interface ListOptions {
  /** Runs of this workflow only, by its id. Default: of all. */
  readonly workflow?: string;
  /** Runs of this status only. Default: of any. */
  readonly status?: StoredRunStatus | 'interrupted';
  /**
   * Called for each run that is there and can't even be listed, once, with its id and why: `ORCH_JOURNAL_…` where it is
   * damaged, `ORCH_BACKEND_UNAVAILABLE` where it may not be read. Whatever the filter is: of such a run nobody can tell the
   * workflow or the status. What it throws ends the list. Default: a warning in the `log` of the orchestrator.
   */
  readonly onUnreadable?: (run: UnreadableRun) => void;
}

/** Drives runs. Made from a backend and plugins; opens the backend on first use. */
export interface OrchestratorApi extends AsyncDisposable {
  /** Everything that is wrong with a workflow; asks the executors too (missing commands). */
  validate(workflow: Workflow): Promise<readonly Finding[]>;
  // oxlint-disable-next-line typescript/no-explicit-any -- any workflow: its input types stand in both directions
  execute<P extends object, In>(workflow: Workflow<any, P, In>, ...options: ExecuteArguments<In>): RunHandle<P>;
  recover<P extends object, In>(runId: string, options?: RecoverOptions<P, In>): RunHandle<P>;
  /** Through the inbox of a run driven elsewhere; a run that nobody drives is taken up and cancelled. */
  cancel(runId: string, options?: CancelOptions): Promise<void>;
  /**
   * Removes the journal of a run that nobody drives, for good. Rejects with `ORCH_RUN_OWNED` where somebody drives it,
   * `ORCH_RUN_UNFINISHED` where it has not ended, `ORCH_RUN_UNKNOWN` where there is none, and with `ORCH_JOURNAL_…` where it is
   * damaged: such a run stays as it is. What plugins keep of it beside the journal, as logs, is theirs to remove.
   */
  delete(runId: string, options?: DeleteOptions): Promise<void>;
  /** A run with its phases, attempts, errors and checkpoints. */
  show(runId: string): Promise<RunReport>;
  /** Newest first; `interrupted` is derived from a run that says running and whose owner is gone. */
  list(options?: ListOptions): AsyncIterable<RunSummary>;
  /** The journal's events; `follow` goes on until the run ends. */
  events(
    runId: string,
    options?: { readonly after?: number; readonly follow?: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<RunEvent>;
  /** What is wrong with stored runs, and what is noteworthy. Reads every journal; changes nothing. */
  check(): Promise<readonly StateFinding[]>;
  /** Stops the runs that it drives, then closes plugins, then the backend, unless another orchestrator of this process has it. */
  close(): Promise<void>;
}
