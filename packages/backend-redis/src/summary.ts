import type { RunSummary } from '@orch/core/author';

/** A summary as it is stored: what stays through the life of a run, and what each commit brings. */
export interface StoredSummary {
  readonly base: string;
  readonly state: string;
}

/** The status comes first: a script looks for it there. */
type State = readonly [
  status: RunSummary['status'],
  updatedAt: number,
  version: number,
  phases: number,
  completed: number,
  failed: number,
];

export function storeSummary({ runId, workflow, createdAt, source, ...rest }: RunSummary): StoredSummary {
  const { status, updatedAt, version, phases, completed, failed } = rest;
  const state: State = [status, updatedAt, version, phases, completed, failed];
  return { base: JSON.stringify({ runId, workflow, createdAt, source }), state: JSON.stringify(state) };
}

/** @throws Error where it is not what was stored */
export function readSummary(run: string, stored: StoredSummary): RunSummary {
  const base = JSON.parse(stored.base) as Pick<RunSummary, 'runId' | 'workflow' | 'createdAt' | 'source'>;
  if (base.runId !== run) throw new Error('its summary is that of another run');
  const [status, updatedAt, version, phases, completed, failed] = JSON.parse(stored.state) as State;
  return { ...base, status, updatedAt, version, phases, completed, failed };
}
