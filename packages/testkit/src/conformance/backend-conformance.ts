import { appendCases } from './append-cases.ts';
import { damageCases } from './damage-cases.ts';
import type { BackendCase, Capability } from './backend-case.ts';
import { inboxCases } from './inbox-cases.ts';
import { leaseCases } from './lease-cases.ts';
import { lifeCases } from './life-cases.ts';
import { listCases } from './list-cases.ts';
import { registerCases } from './numbered-case.ts';
import type { ConformanceOptions } from './numbered-case.ts';
import { processCases } from './process-cases.ts';
import { readCases } from './read-cases.ts';
import { Subject } from './subject.ts';
import type { BackendUnderTest } from './subject.ts';

export interface BackendConformanceOptions extends ConformanceOptions<Capability> {
  /** Called for each case: a backend on state of its own. */
  readonly create: () => BackendUnderTest | Promise<BackendUnderTest>;
}

/** What the contract of backends means, a case for each rule. */
export const backendCases: readonly BackendCase[] = [
  ...lifeCases,
  ...appendCases,
  ...readCases,
  ...leaseCases,
  ...inboxCases,
  ...listCases,
  ...damageCases,
  ...processCases,
];

/**
 * Registers the cases with a test runner.
 *
 * @example
 * backendConformance({
 *   test,
 *   lacks: ['changed', 'check', 'clock-back', 'damage', 'newer', 'outside', 'processes', 'reopen'],
 *   create: () => ({ backend: myBackend(clock), advance: (ms) => clock.advance(ms), cleanup: () => undefined }),
 * });
 */
export function backendConformance({ create, ...options }: BackendConformanceOptions): void {
  const run = (one: BackendCase): Promise<void> => runBackendCase(one, create);
  const has = async (): Promise<readonly Capability[]> => {
    const { backend, cleanup } = await create();
    await cleanup();
    return visible.filter((method) => backend[method] !== undefined);
  };
  registerCases({ subject: 'backend', cases: backendCases, visible, has, run }, options);
}

/** Methods that a backend may leave out. */
const visible = ['changed', 'check'] as const;

/** Runs one case on a backend of its own. Rejects where the backend breaks the rule. */
export async function runBackendCase(one: BackendCase, create: BackendConformanceOptions['create']): Promise<void> {
  const given = await create();
  const subject = new Subject(given);
  try {
    await given.backend.open();
    await one.run(subject);
  } finally {
    await subject.close();
    await given.cleanup();
  }
}
