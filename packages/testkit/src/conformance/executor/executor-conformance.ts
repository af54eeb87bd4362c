import { registerCases } from '../numbered-case.ts';
import type { ConformanceOptions } from '../numbered-case.ts';
import { executeCases } from './execute-cases.ts';
import type { ExecutorCapability, ExecutorCase } from './executor-case.ts';
import { ExecutorSubject } from './executor-subject.ts';
import type { ExecutorUnderTest } from './executor-subject.ts';
import { takeUpCases } from './take-up-cases.ts';

export interface ExecutorConformanceOptions extends ConformanceOptions<ExecutorCapability> {
  /** Called for each case: an executor on state of its own. */
  readonly create: () => ExecutorUnderTest | Promise<ExecutorUnderTest>;
}

/** What the contract of executors means, a case for each rule. */
export const executorCases: readonly ExecutorCase[] = [...executeCases, ...takeUpCases];

/** Methods that an executor may leave out. */
const visible = ['check', 'settle', 'adopt'] as const;

/**
 * Registers the cases with a test runner.
 *
 * @example
 * executorConformance({ test, lacks: ['adopt', 'check', 'output', 'resist', 'settle', 'unseen'], create: myExecutor });
 */
export function executorConformance({ create, ...options }: ExecutorConformanceOptions): void {
  const run = (one: ExecutorCase): Promise<void> => runExecutorCase(one, create);
  const has = async (): Promise<readonly ExecutorCapability[]> => {
    const { executor, cleanup } = await create();
    await cleanup();
    return visible.filter((method) => executor[method] !== undefined);
  };
  registerCases({ subject: 'executor', cases: executorCases, visible, has, run }, options);
}

/** Runs one case on an executor of its own. Rejects where the executor breaks the rule. */
export async function runExecutorCase(one: ExecutorCase, create: ExecutorConformanceOptions['create']): Promise<void> {
  const given = await create();
  const subject = new ExecutorSubject(given);
  try {
    await one.run(subject);
  } finally {
    await subject.close();
    await given.cleanup();
  }
}
