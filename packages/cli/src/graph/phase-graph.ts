import type { PhaseStatus, RunReport } from '@orch/core';
import type { PhaseSpec, WorkflowSpec } from '@orch/core/author';
import { phaseMs } from '../run/folded-run.ts';
import { formatDuration } from '../view/text.ts';

/** A workflow to be drawn: its phases numbered in file order, and by number what each depends on. */
export interface PhaseGraph {
  readonly workflow: string;
  /** Absent: a plan is drawn. */
  readonly run?: Pick<RunReport, 'runId' | 'status'>;
  /** No phase depends on another, and still they run one after another, in file order. */
  readonly sequential?: true;
  readonly phases: readonly GraphPhase[];
}

export interface GraphPhase {
  readonly name: string;
  readonly needs: readonly number[];
  /** How its dependencies must end; absent: completed. */
  readonly after?: PhaseSpec['after'];
  readonly state?: PhaseSign & { readonly took?: string };
}

/** What became of a phase, for readers with and without colours. */
export interface PhaseSign {
  readonly status: PhaseStatus;
  readonly forgiven?: true;
  readonly word: string;
  readonly sign: string;
}

const signs: Readonly<Record<PhaseStatus, string>> = {
  completed: '✓',
  failed: '✗',
  running: '▶',
  pending: '○',
  skipped: '–',
  cancelled: '■',
};

export function signOf({ status, forgiven }: { readonly status: PhaseStatus; readonly forgiven?: true }): PhaseSign {
  const sign = { status, sign: signs[status] };
  return forgiven === true ? { ...sign, word: 'failed, forgiven', forgiven } : { ...sign, word: status };
}

/** What a plan looks like; with a report, what became of it in a run. */
export function phaseGraph({ id, phases, concurrency }: WorkflowSpec, report?: RunReport): PhaseGraph {
  const numbers = new Map(phases.map(({ name }, index) => [name, index]));
  const states = new Map(report?.phases.map((phase) => [phase.name, phase]));
  const isSequential =
    concurrency === 1 && phases.length > 1 && phases.every(({ dependsOn = [] }) => dependsOn.length === 0);
  return {
    workflow: id,
    ...(isSequential ? { sequential: true } : {}),
    ...(report === undefined ? {} : { run: { runId: report.runId, status: report.status } }),
    phases: phases.map(({ name, dependsOn = [], after }) => {
      const known = states.get(name);
      return {
        name,
        needs: dependsOn.flatMap((other) => numbers.get(other) ?? []),
        ...(after === undefined ? {} : { after }),
        ...(known === undefined ? {} : { state: { ...signOf(known), ...tookOf(known) } }),
      };
    }),
  };
}

/** Only of what is over: a picture is the same whenever it is drawn. */
function tookOf(phase: RunReport['phases'][number]): { readonly took?: string } {
  const { status, attempts } = phase;
  if (attempts.length === 0 || (status !== 'completed' && status !== 'failed')) return {};
  return { took: formatDuration(phaseMs(phase)) };
}

/** How a dependency is drawn that asks for another end than `completed`. */
export function edgeLabel(after: GraphPhase['after']): string | undefined {
  return after === 'failed' ? 'on failure' : after;
}

/** In what a phase stands that could start at once: 0 for one without dependencies, else one more than the deepest of them. */
export function levelsOf(phases: readonly GraphPhase[]): readonly number[] {
  const levels = phases.map(() => 0);
  const left = phases.map(({ needs }) => needs.length);
  const dependents: number[][] = phases.map(() => []);
  for (const [index, { needs }] of phases.entries()) for (const need of needs) dependents[need]?.push(index);
  const ready = left.flatMap((count, index) => (count === 0 ? [index] : []));
  for (const from of ready)
    for (const to of dependents[from] ?? []) {
      levels[to] = Math.max(levels[to] ?? 0, (levels[from] ?? 0) + 1);
      left[to] = (left[to] ?? 0) - 1;
      if (left[to] === 0) ready.push(to);
    }
  return levels;
}
