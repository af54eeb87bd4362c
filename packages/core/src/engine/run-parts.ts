import type { Backend } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import type { Executor, Log } from '../executor/executor.ts';
import type { HookCalls } from '../hooks/hook-calls.ts';
import type { Ids } from '../id.ts';
import type { Language } from '../spec/language.ts';
import type { PhaseKeys } from '../spec/phase-keys.ts';
import type { Host } from './host.ts';

/** What the pieces that drive runs have in common: made once by the orchestrator. */
export interface EngineParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly host: Host;
  readonly log: Log;
  readonly hooks: HookCalls;
  /** For the expressions of plans; absent: there is none. */
  readonly language: Language | undefined;
  /** Who owns which key of a phase. */
  readonly phaseKeys: PhaseKeys;
  /** By kind of phase; `function` is made for each run, from its workflow. */
  readonly executors: ReadonlyMap<string, Executor>;
  /** Of takings that this process may still hold, but does not drive, by run: given back before the next taking. */
  readonly leftTokens: Map<string, readonly string[]>;
}
