import type { PhaseStatus, RunStatus } from '@orch/core';
import type { Colour } from './colour.ts';

const colours: Readonly<Partial<Record<PhaseStatus | RunStatus, Colour>>> = {
  completed: 'green',
  failed: 'red',
  running: 'bold',
  pending: 'dim',
  skipped: 'dim',
};

/** Yellow is what somebody may have to look into: what was cut short, and what was forgiven. */
export function colourOfStatus(
  status: PhaseStatus | RunStatus,
  { forgiven = false }: { readonly forgiven?: boolean } = {},
): Colour {
  return forgiven ? 'yellow' : (colours[status] ?? 'yellow');
}
