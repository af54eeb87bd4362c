import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '@orch/core/author';
import type { ExecutorUnderTest, TestWork } from '@orch/testkit';
import { commandExecutor } from '../src/command-executor.ts';
import { table } from './harness.ts';

/** The executor of commands in a folder of its own, for the suite. Its work are real processes. */
export function commandsUnderTest(): ExecutorUnderTest {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'orch-executor-')));
  const pidsOf = (run: string): readonly number[] => {
    const file = join(directory, `pids-${run}`);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
  };
  return {
    executor: commandExecutor({ directory }),
    phase: (_name, work) => optionsFor(work),
    running(run) {
      const pids = pidsOf(run);
      return pids.length === 0 ? 0 : table.snapshot().filter(({ pid }) => pids.includes(pid)).length;
    },
    begun: (run) => pidsOf(run).length,
    finish: (run) => writeFileSync(join(directory, `go-${run}`), ''),
    next: () => commandExecutor({ directory }),
    unseen: (attempt) => ({ ...attempt, owner: { ...attempt.owner, host: 'elsewhere', machine: 'another' } }),
    directory,
    cleanup: () => rmSync(directory, { recursive: true, maxRetries: 9 }),
  };
}

/** It ends with its folder, too: nothing of a test that failed waits on. */
const wait =
  'echo $$ >> "pids-$ORCH_RUN_ID"; while [ -e "pids-$ORCH_RUN_ID" ] && [ ! -e "go-$ORCH_RUN_ID" ]; do sleep .02; done';

function optionsFor(work: TestWork): { readonly [key: string]: Json } {
  switch (work) {
    case 'complete':
      return { command: 'true' };
    case 'fail':
      return { command: ['sh', '-c', 'exit 3'] };
    case 'wait':
      return { command: wait };
    case 'resist':
      return { command: `trap '' TERM; ${wait}`, grace: '1h' };
    case 'unsound':
      return { command: 'if' };
    default:
      throw new Error('commands have no outputs yet');
  }
}
