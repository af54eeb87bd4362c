import type { Clock } from '@orch/core/author';
import { functionExecutor } from '../../core/src/executor/function-executor.ts';
import type { PhaseFunction } from '../../core/src/spec/workflow.ts';
import type { ExecutorUnderTest, TestWork } from '../src/index.ts';

/** What `lacks` says of functions: they die with their process, and nothing of them can be looked at beforehand. */
export const functionsLack = ['adopt', 'check', 'settle', 'unseen'] as const;

/** Core's executor of functions, for the suite. */
export function functionsUnderTest(clock: Clock): ExecutorUnderTest {
  const functions = new Map<string, PhaseFunction>();
  const running = new Map<string, Set<() => void>>();
  return {
    executor: functionExecutor(functions, { clock }),
    phase(name, work) {
      functions.set(name, functionOf(work, running));
      return {};
    },
    running: (run) => running.get(run)?.size ?? 0,
    finish(run) {
      for (const end of running.get(run) ?? []) end();
    },
    cleanup: () => undefined,
  };
}

function functionOf(work: TestWork, running: Map<string, Set<() => void>>): PhaseFunction {
  if (typeof work === 'object') return () => work.give;
  switch (work) {
    case 'complete':
      return () => undefined;
    case 'fail':
    case 'unsound':
      return () => {
        throw new Error('it fails');
      };
    case 'wait':
    case 'resist':
      return async ({ runId, signal }) => {
        const ends = running.get(runId) ?? new Set();
        running.set(runId, ends);
        let end: () => void;
        const ended = new Promise<void>((resolve) => (end = resolve));
        ends.add(end!);
        if (work === 'wait') signal.addEventListener('abort', end!);
        await ended;
        ends.delete(end!);
      };
  }
}
