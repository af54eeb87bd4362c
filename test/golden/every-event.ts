import type { RunEvent } from '@orch/core/author';

export const at = 1_700_000_000_000;
const attempt = { phase: 'build', attempt: 2, part: 'main' } as const;
const error = { code: 'ORCH_PHASE_EXIT', message: 'it ended with 3', hint: 'look' };

/** Bodies of events, with every key that format 1 gives them. */
const bodies: readonly Readonly<Record<string, unknown>>[] = [
  { type: 'run.created', format: 1, workflow: { id: 'w' }, workflowHash: 'h', inputs: {}, options: {}, directory: '/' },
  { type: 'run.started', owner: { host: 'h' }, orchVersion: '0.1.0', concurrency: 4 },
  { type: 'phase.started', ...attempt, key: '0123456789abcdef', timeoutMs: 5, deadline: 6.5, index: 7 },
  { type: 'phase.started', ...attempt, key: '0123456789abcdef' },
  { type: 'phase.adopted', ...attempt, index: 0 },
  {
    type: 'phase.completed',
    ...attempt,
    output: { a: [1, null] },
    exitCode: 0,
    durationMs: 0.25,
    index: 1,
    signal: 'X',
  },
  { type: 'phase.completed', ...attempt, output: null, durationMs: 1 },
  {
    type: 'phase.failed',
    ...attempt,
    error,
    class: 'exit',
    durationMs: 3,
    charge: false,
    retryAt: at,
    delayMs: 9,
    exitCode: 3,
    signal: 'SIGTERM',
    index: 3,
  },
  { type: 'phase.interrupted', ...attempt, reason: 'lost', exitCode: 1, signal: 'SIGKILL', index: 4 },
  { type: 'phase.skipped', phases: ['a', 'b'], reason: 'deps_not_met', cause: 'c' },
  { type: 'phase.cancelled', phases: [], exitCode: 1, signal: 'SIGTERM' },
  { type: 'phase.waiting', phase: 'p', for: 'time', until: at },
  { type: 'phase.approved', phase: 'p', by: 'me', message: 'yes' },
  { type: 'phase.rejected', phase: 'p', by: 'me' },
  { type: 'phase.expanded', phase: 'p', items: [1, [2]] },
  { type: 'checkpoint.created', name: 'build' },
  { type: 'plugin.recorded', plugin: 'p', key: 'k', value: { ['__proto__']: 1 } },
  { type: 'warning', message: 'careful' },
  { type: 'warning', plugin: 'p', message: 'careful' },
  { type: 'checkpoint.created', name: 'build', ofALaterRelease: { a: 1 } },
  { type: 'of.a.later.release', phase: 'p' },
];

/** An event of each body, with what `stamp` answers for its place. */
export function everyEvent(stamp: (index: number) => Pick<RunEvent, 'version' | 'at' | 'epoch'>): readonly RunEvent[] {
  return bodies.map((body, index) => ({ ...body, ...stamp(index) }) as unknown as RunEvent);
}
