import { optionKinds as kinds } from '../spec/refuse-options.ts';
import type { KnownOptions } from '../spec/refuse-options.ts';
import type {
  CancelOptions,
  DeleteOptions,
  ExecuteOptions,
  ListOptions,
  OrchestratorOptions,
  RecoverOptions,
} from './options.ts';
import type { EventsOptions } from './read-runs.ts';

export const orchestratorOptions: KnownOptions<OrchestratorOptions> = {
  backend: kinds.anything,
  plugins: kinds.list,
  language: kinds.object,
  concurrency: kinds.count,
  log: kinds.log,
  clock: kinds.clock,
  ids: kinds.object,
  random: kinds.function,
  host: kinds.object,
};

export const executeOptions: KnownOptions<ExecuteOptions<unknown>> = {
  inputs: kinds.anything,
  runId: kinds.text,
  signal: kinds.signal,
  directory: kinds.text,
  source: kinds.text,
  selection: kinds.object,
  failFast: kinds.truth,
};

export const recoverOptions: KnownOptions<RecoverOptions<object, unknown>> = {
  workflow: kinds.object,
  from: kinds.text,
  checkpoint: kinds.text,
  secrets: kinds.object,
  replan: kinds.truth,
  unfinishedOnly: kinds.truth,
  takeOver: kinds.truth,
  otherHost: kinds.truth,
  signal: kinds.signal,
};

export const cancelOptions: KnownOptions<CancelOptions> = {
  by: kinds.text,
  message: kinds.text,
  secrets: kinds.object,
  workflow: kinds.object,
};

export const deleteOptions: KnownOptions<DeleteOptions> = { unfinished: kinds.truth, version: kinds.version };

export const listOptions: KnownOptions<ListOptions> = {
  workflow: kinds.text,
  status: kinds.text,
  onUnreadable: kinds.function,
};

export const eventsOptions: KnownOptions<EventsOptions> = {
  after: kinds.version,
  follow: kinds.truth,
  signal: kinds.signal,
};
